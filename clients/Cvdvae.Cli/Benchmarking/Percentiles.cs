namespace Cvdvae.Cli.Benchmarking;

/// <summary>Statistics of times.</summary>
/// <param name="Count">Times.</param>
/// <param name="Mean">Their mean in ms.</param>
/// <param name="P50">Median in ms.</param>
/// <param name="P90">90th percentile in ms.</param>
/// <param name="P99">99th percentile in ms.</param>
/// <param name="Max">The longest in ms.</param>
internal sealed record Percentiles(int Count, double Mean, double P50, double P90, double P99, double Max)
{
    /// <summary>The statistics of times; null when there is none.</summary>
    public static Percentiles? Of(IEnumerable<TimeSpan> times)
    {
        double[] sorted = [.. times.Select(time => time.TotalMilliseconds).Order()];
        return sorted.Length == 0 ? null : new(sorted.Length, sorted.Average(), At(sorted, 0.5), At(sorted, 0.9), At(sorted, 0.99), sorted[^1]);
    }

    /// <summary>A quantile, linear between the two nearest values.</summary>
    /// <param name="sorted">Values from small to large, at least one.</param>
    /// <param name="quantile">0 to 1.</param>
    public static double At(IReadOnlyList<double> sorted, double quantile)
    {
        double position = quantile * (sorted.Count - 1);
        int below = (int)position;
        double above = sorted[Math.Min(below + 1, sorted.Count - 1)];
        return sorted[below] + ((position - below) * (above - sorted[below]));
    }
}
