namespace Cvdvae.Client;

/// <summary>A latent group is decoded for all samples. Only where the request asked to report groups.</summary>
/// <param name="Group">Its index, 0 to <see cref="StartedEvent.GroupCount"/> - 1.</param>
/// <param name="Resolution">Its resolution.</param>
public sealed record GroupDecodedEvent(int Group, int Resolution) : UpscaleEvent;
