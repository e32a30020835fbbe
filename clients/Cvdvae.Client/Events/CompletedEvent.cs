using Cvdvae.V1;

namespace Cvdvae.Client;

/// <summary>The call is at its end. Last, always.</summary>
/// <param name="ReachedResolution">The coarsest of the resolutions that the samples reached.</param>
/// <param name="Reason">Why it ended.</param>
/// <param name="Timings">Where the time went, as the server saw it; as this client did where it ended the call.</param>
public sealed record CompletedEvent(int ReachedResolution, CompletionReason Reason, ServerTimings Timings) : UpscaleEvent
{
    /// <summary>
    /// Whether this client ended the call with what it had, since the deadline passed before the server's own end arrived. The reason is
    /// then <see cref="CompletionReason.Deadline"/>.
    /// </summary>
    public bool EndedByClient { get; init; }
}
