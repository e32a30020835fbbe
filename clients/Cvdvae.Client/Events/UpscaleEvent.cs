namespace Cvdvae.Client;

/// <summary>
/// Something that happened to a call of <see cref="SuperResolutionClient"/>'s UpscaleAsync. In this order: <see cref="StartedEvent"/>;
/// <see cref="GroupDecodedEvent"/> and <see cref="PreviewEvent"/>, coarse to fine for each sample; one <see cref="ResultEvent"/> for each
/// sample, as each is finished; <see cref="CompletedEvent"/>.
/// </summary>
public abstract record UpscaleEvent
{
    private protected UpscaleEvent()
    {
    }
}
