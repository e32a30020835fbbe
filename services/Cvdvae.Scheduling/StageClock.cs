namespace Cvdvae.Scheduling;

/// <summary>Timestamps in seconds and back.</summary>
internal sealed class StageClock(TimeProvider time)
{
    private readonly double _frequency = time.TimestampFrequency;

    public TimeProvider Time { get; } = time;

    public long Now => Time.GetTimestamp();

    public double Seconds(long from, long to) => (to - from) / _frequency;

    public long Ticks(double seconds) => (long)Math.Min(seconds * _frequency, long.MaxValue / 4);
}
