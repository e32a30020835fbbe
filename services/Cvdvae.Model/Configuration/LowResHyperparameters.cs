namespace Cvdvae.Model.Configuration;

/// <summary>Hyper-parameters of a low-resolution encoder in the names of jprost76/srvdvae (the fields that end in <c>_y</c>).</summary>
public sealed record LowResHyperparameters
{
    /// <summary>Channels of the low-res feature maps where <see cref="CustomWidthStrY"/> says nothing else.</summary>
    public required int WidthY { get; init; }

    /// <summary>Widths of single resolutions, resolution:channels, separated by commas.</summary>
    public string CustomWidthStrY { get; init; } = "";

    /// <summary>Side of the square low-res image in pixels.</summary>
    public required int ImageSizeY { get; init; }

    /// <summary>Blocks of the bottom-up low-res encoder.</summary>
    public required string EncBlocksY { get; init; }

    /// <summary>Number of conditioned latent groups, k: groups 0 to k-1 are drawn from q(z | y).</summary>
    public required int Ky { get; init; }
}
