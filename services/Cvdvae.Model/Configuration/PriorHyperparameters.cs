using System.Text.Json.Serialization;

namespace Cvdvae.Model.Configuration;

/// <summary>
/// Hyper-parameters of a VD-VAE in the names of openai/vdvae (<c>hps.py</c>), plus the pixel normalisation that the official
/// program keeps with its data sets (<c>data.py</c>).
/// </summary>
public sealed record PriorHyperparameters
{
    /// <summary>Channels of the feature maps where <see cref="CustomWidthStr"/> says nothing else.</summary>
    public required int Width { get; init; }

    /// <summary>Channels of one latent group.</summary>
    public required int Zdim { get; init; }

    /// <summary>Side of the square image in pixels.</summary>
    public required int ImageSize { get; init; }

    /// <summary>Channels of the image; only 3 (RGB) is supported.</summary>
    public int ImageChannels { get; init; } = 3;

    /// <summary>Width inside a block relative to its width, above 0, at most 1.</summary>
    public double BottleneckMultiple { get; init; } = 0.25;

    /// <summary>Largest resolution that starts from a learned bias.</summary>
    public required int NoBiasAbove { get; init; }

    /// <summary>Components of the mixture of logistics of a pixel.</summary>
    public required int NumMixtures { get; init; }

    /// <summary>Widths of single resolutions, resolution:channels, separated by commas.</summary>
    public string CustomWidthStr { get; init; } = "";

    /// <summary>Blocks of the bottom-up encoder.</summary>
    public required string EncBlocks { get; init; }

    /// <summary>Latent groups of the top-down decoder.</summary>
    public required string DecBlocks { get; init; }

    /// <summary>Added to levels 0..255 before <see cref="Scale"/>.</summary>
    public required double Shift { get; init; }

    /// <summary>Factor after <see cref="Shift"/>.</summary>
    public required double Scale { get; init; }

    /// <summary>The data set's name in the official program; <c>ffhq_256</c> means a 5-bit likelihood there.</summary>
    public string? Dataset { get; init; }

    /// <summary>Whether the likelihood has bins of 8 levels (5 bits a channel); null: as <see cref="Dataset"/> implies.</summary>
    public bool? LowBit { get; init; }

    /// <summary>Whether the likelihood has 5 bits a channel.</summary>
    [JsonIgnore]
    public bool IsLowBit => LowBit ?? Dataset == "ffhq_256";
}
