namespace Cvdvae.Cli.Benchmarking;

/// <summary>How long to measure.</summary>
internal sealed record BenchOptions
{
    /// <summary>Windows that have to be alike.</summary>
    public const int AlikeWindows = 3;

    /// <summary>Load before anything is measured; of a concurrency also until the calls that began at once have ended. Zero: everything is measured.</summary>
    public TimeSpan WarmUp { get; init; }

    /// <summary>Length of a window.</summary>
    public TimeSpan Window { get; init; }

    /// <summary>Most windows of a level.</summary>
    public int MostWindows { get; init; }

    /// <summary>Largest difference of the last windows from their mean, as a share.</summary>
    public double Stability { get; init; }

    /// <summary>Measure for this long instead of in windows.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Make this many calls instead.</summary>
    public int? Count { get; init; }
}
