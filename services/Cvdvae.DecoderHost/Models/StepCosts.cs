namespace Cvdvae.DecoderHost.Models;

/// <summary>Device time of each step of a model's stage for one row, measured. Any thread; of two that write at once one counts.</summary>
/// <param name="steps">Number of steps.</param>
internal sealed class StepCosts(int steps)
{
    // Weight of a new measurement in the running mean.
    private const double Weight = 0.2;
    private readonly double[] _seconds = new double[steps];

    /// <summary>Device time of one sample through all steps, in seconds; 0 before each has run.</summary>
    public double SecondsPerSample
    {
        get
        {
            double sum = 0;
            for (int step = 0; step < _seconds.Length; step++)
            {
                double seconds = Volatile.Read(ref _seconds[step]);
                if (seconds == 0)
                {
                    return 0;
                }

                sum += seconds;
            }

            return sum;
        }
    }

    /// <summary>Notes the time of a batch.</summary>
    public void Note(int step, int rows, TimeSpan time)
    {
        double seconds = time.TotalSeconds / rows;
        double mean = _seconds[step];
        Volatile.Write(ref _seconds[step], mean == 0 ? seconds : mean + (Weight * (seconds - mean)));
    }

    /// <summary>Forgets what was measured, as that of the first run, which is slower.</summary>
    public void Reset()
    {
        for (int step = 0; step < _seconds.Length; step++)
        {
            Volatile.Write(ref _seconds[step], 0);
        }
    }
}
