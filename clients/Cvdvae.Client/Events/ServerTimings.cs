namespace Cvdvae.Client;

/// <summary>Times of a call, from its arrival at the server.</summary>
/// <param name="FirstPreview">Until the first preview left.</param>
/// <param name="Total">Until the last result left.</param>
/// <param name="Queued">In queues, summed over the stages of the decoder.</param>
/// <param name="Device">On the devices: the time of every batch that the call was in, summed over the stages.</param>
/// <param name="Resolutions">Until every sample had reached a resolution, coarse to fine.</param>
public sealed record ServerTimings(
    TimeSpan FirstPreview, TimeSpan Total, TimeSpan Queued, TimeSpan Device, IReadOnlyList<(int Resolution, TimeSpan Elapsed)> Resolutions)
{
    /// <summary>The times, those of the resolutions too.</summary>
    public override string ToString() =>
        $"{nameof(ServerTimings)} {{ FirstPreview = {FirstPreview}, Total = {Total}, Queued = {Queued}, Device = {Device}, " +
        $"Resolutions = [{string.Join(", ", Resolutions)}] }}";
}
