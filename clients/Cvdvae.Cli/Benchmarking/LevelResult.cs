using Grpc.Core;

namespace Cvdvae.Cli.Benchmarking;

/// <summary>What was measured at a level. Times in milliseconds, of calls that ended well.</summary>
internal sealed record LevelResult
{
    /// <summary>Calls at a time; null: a rate was kept.</summary>
    public int? Concurrency { get; init; }

    /// <summary>Calls a second that were to be made; null: a concurrency was kept.</summary>
    public double? RequestRate { get; init; }

    /// <summary>Seconds measured.</summary>
    public double Seconds { get; init; }

    /// <summary>Whether the last windows were alike; null: it was not asked.</summary>
    public bool? Stable { get; init; }

    /// <summary>Calls that ended well.</summary>
    public int Requests { get; init; }

    /// <summary>Of them, those that their deadline cut short: reason DEADLINE.</summary>
    public int CutByDeadline { get; init; }

    /// <summary>Of these, those that the client ended with what had come, since the server had not.</summary>
    public int EndedByClient { get; init; }

    /// <summary>Finished calls a second.</summary>
    public double RequestsPerSecond { get; init; }

    /// <summary>Finished samples a second.</summary>
    public double SamplesPerSecond { get; init; }

    /// <summary>Time to the first preview.</summary>
    public Percentiles? FirstPreviewMs { get; init; }

    /// <summary>Time until every sample had reached a resolution, by resolution.</summary>
    public IReadOnlyDictionary<int, Percentiles> ResolutionMs { get; init; } = new Dictionary<int, Percentiles>();

    /// <summary>Time to the last result.</summary>
    public Percentiles? ResultMs { get; init; }

    /// <summary>How much later than due calls were made.</summary>
    public Percentiles? LagMs { get; init; }

    /// <summary>Calls that failed, by status.</summary>
    public IReadOnlyDictionary<string, int> Errors { get; init; } = new Dictionary<string, int>();

    /// <summary>Processor time of the load generator itself, as a share of one core.</summary>
    public double ClientProcessorShare { get; init; }

    /// <summary>The figures of a window.</summary>
    public static LevelResult Of(LoadLevel level, Window window, bool? stable, double processorShare)
    {
        CallRecord[] good = [.. window.Calls.Where(call => call.Status == StatusCode.OK)];
        return new LevelResult
        {
            Concurrency = level.Concurrency,
            RequestRate = level.Rate,
            Seconds = window.Length.TotalSeconds,
            Stable = stable,
            Requests = good.Length,
            CutByDeadline = good.Count(call => call.CutByDeadline),
            EndedByClient = good.Count(call => call.EndedByClient),
            RequestsPerSecond = good.Length / window.Length.TotalSeconds,
            SamplesPerSecond = good.Sum(call => call.Samples) / window.Length.TotalSeconds,
            FirstPreviewMs = Percentiles.Of(good.Where(call => call.FirstPreview is not null).Select(call => call.FirstPreview!.Value)),
            ResolutionMs = good.SelectMany(call => call.Resolutions).GroupBy(pair => pair.Key, pair => pair.Value).OrderBy(group => group.Key)
                .ToDictionary(group => group.Key, group => Percentiles.Of(group)!),
            ResultMs = Percentiles.Of(good.Where(call => call.Result is not null).Select(call => call.Result!.Value)),
            LagMs = Percentiles.Of(window.Calls.Select(call => call.Lag)),
            Errors = window.Calls.Where(call => call.Status != StatusCode.OK).GroupBy(call => call.Status).OrderBy(group => group.Key)
                .ToDictionary(group => group.Key.ToString(), group => group.Count()),
            ClientProcessorShare = processorShare,
        };
    }
}
