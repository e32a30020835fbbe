namespace Cvdvae.Cli.Benchmarking;

/// <summary>When the calls of a rate are due, counted from its beginning.</summary>
internal static class ArrivalTimes
{
    /// <summary>Evenly spaced.</summary>
    /// <param name="rate">Calls a second, above 0.</param>
    public static IEnumerable<TimeSpan> Constant(double rate)
    {
        for (long number = 0; ; number++)
        {
            yield return TimeSpan.FromSeconds(number / rate);
        }
    }

    /// <summary>As many independent users make them: exponential gaps (a Poisson process).</summary>
    /// <param name="rate">Calls a second on average, above 0.</param>
    /// <param name="seed">The same seed gives the same times.</param>
    public static IEnumerable<TimeSpan> Poisson(double rate, int seed)
    {
        var random = new Random(seed);
        for (double due = 0; ;)
        {
            due -= Math.Log(1 - random.NextDouble()) / rate;
            yield return TimeSpan.FromSeconds(due);
        }
    }
}
