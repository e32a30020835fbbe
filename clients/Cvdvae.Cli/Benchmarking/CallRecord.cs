using Grpc.Core;

namespace Cvdvae.Cli.Benchmarking;

/// <summary>One call as the client saw it. Times count from when the call was due, so that a load generator that lags hides nothing.</summary>
internal sealed record CallRecord
{
    /// <summary>When it ended, as a timestamp of the clock.</summary>
    public required long Ended { get; init; }

    /// <summary>How it ended.</summary>
    public required StatusCode Status { get; init; }

    /// <summary>Until the first preview of any sample.</summary>
    public TimeSpan? FirstPreview { get; init; }

    /// <summary>Until every sample had reached a resolution, by resolution.</summary>
    public IReadOnlyDictionary<int, TimeSpan> Resolutions { get; init; } = new Dictionary<int, TimeSpan>();

    /// <summary>Until the last result.</summary>
    public TimeSpan? Result { get; init; }

    /// <summary>Samples finished: at the full resolution, or at the one to stop at.</summary>
    public int Samples { get; init; }

    /// <summary>How much later than due the call was made.</summary>
    public TimeSpan Lag { get; init; }

    /// <summary>Whether it ended early because of its deadline: reason DEADLINE.</summary>
    public bool CutByDeadline { get; init; }

    /// <summary>Whether it was the client that ended it so, with what had come, since the server had not.</summary>
    public bool EndedByClient { get; init; }
}
