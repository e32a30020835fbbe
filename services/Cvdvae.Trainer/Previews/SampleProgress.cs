using System.Globalization;

namespace Cvdvae.Trainer.Previews;

/// <summary>A progress line over samples with rate and time left: redrawn in place on a terminal, a new line now and then elsewhere.</summary>
internal sealed class SampleProgress(int samples, TimeProvider time, string unit = "sample")
{
    private const int BarWidth = 24;
    private static readonly TimeSpan OnTerminal = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan InFile = TimeSpan.FromSeconds(30);
    private readonly long _start = time.GetTimestamp();
    private long _drawn = time.GetTimestamp();

    public void Report(int done)
    {
        bool terminal = !Console.IsOutputRedirected;
        if (time.GetElapsedTime(_drawn) < (terminal ? OnTerminal : InFile) && done < samples)
        {
            return;
        }

        _drawn = time.GetTimestamp();
        double rate = done / time.GetElapsedTime(_start).TotalSeconds;
        int filled = (int)((long)BarWidth * done / samples);
        string end = done < samples ? $"{TimeSpan.FromSeconds((samples - done) / rate):h\\:mm\\:ss} left" : $"{time.GetElapsedTime(_start):h\\:mm\\:ss}";
        string line = string.Create(
            CultureInfo.InvariantCulture, $"{new string('#', filled)}{new string('.', BarWidth - filled)} {unit} {done}/{samples}  {rate:F1} {unit}s/s  {end}");
        Console.Write(terminal ? $"\r{line}  {(done < samples ? "" : "\n")}" : $"{line}\n");
    }
}
