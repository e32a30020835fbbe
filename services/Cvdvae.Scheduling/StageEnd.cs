namespace Cvdvae.Scheduling;

/// <summary>How a request ended at a stage.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Queued">Time that its rows waited for the device while they could have run: the sum over steps, of the row that waited longest.</param>
/// <param name="Error">What failed, for <see cref="StageEndReason.Failed"/>.</param>
public sealed record StageEnd(StageEndReason Reason, TimeSpan Queued, Exception? Error = null);
