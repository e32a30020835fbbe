namespace Cvdvae.Cli.Benchmarking;

/// <summary>The calls that ended in a stretch of time.</summary>
/// <param name="Calls">The calls.</param>
/// <param name="Length">The stretch.</param>
internal sealed record Window(IReadOnlyList<CallRecord> Calls, TimeSpan Length)
{
    /// <summary>Finished calls a second.</summary>
    public double Rate => Calls.Count(call => call.Result is not null) / Length.TotalSeconds;

    /// <summary>Mean time to the result in seconds; 0 when none came.</summary>
    public double MeanResult => Calls.Where(call => call.Result is not null).Select(call => call.Result!.Value.TotalSeconds).DefaultIfEmpty().Average();

    /// <summary>Several windows as one.</summary>
    public static Window Merge(IReadOnlyList<Window> windows) =>
        new([.. windows.SelectMany(window => window.Calls)], windows.Aggregate(TimeSpan.Zero, (sum, window) => sum + window.Length));

    /// <summary>Whether rate and mean time of each window are within a share of those of all together.</summary>
    /// <param name="windows">The windows.</param>
    /// <param name="share">For example 0.1.</param>
    public static bool AreAlike(IReadOnlyList<Window> windows, double share)
    {
        double rate = windows.Average(window => window.Rate);
        double result = windows.Average(window => window.MeanResult);
        return rate > 0 && windows.All(window => Math.Abs(window.Rate - rate) <= share * rate && Math.Abs(window.MeanResult - result) <= share * result);
    }
}
