using Cvdvae.V1;

namespace Cvdvae.Gateway.Requests;

/// <summary>A request whose fields were checked and whose defaults were filled in, without its image.</summary>
internal sealed record UpscaleParameters
{
    /// <summary>The model.</summary>
    public required ModelInfo Model { get; init; }

    /// <summary>Samples to draw, at least 1.</summary>
    public required int SampleCount { get; init; }

    /// <summary>Seed of the random numbers.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Temperature of the conditioned groups.</summary>
    public required float EncoderTemperature { get; init; }

    /// <summary>Temperature of the other groups.</summary>
    public required float PriorTemperature { get; init; }

    /// <summary>How pixels are taken; never unspecified.</summary>
    public required PixelSampling PixelSampling { get; init; }

    /// <summary>Whether results are projected.</summary>
    public required bool EnforceConsistency { get; init; }

    /// <summary>Format of previews; never unspecified.</summary>
    public required ImageFormat PreviewFormat { get; init; }

    /// <summary>Format of results; never unspecified.</summary>
    public required ImageFormat ResultFormat { get; init; }

    /// <summary>Quality of JPEG and WebP, 1 to 100.</summary>
    public required int Quality { get; init; }

    /// <summary>Resolutions to preview, all below the output size, coarse to fine.</summary>
    public required IReadOnlyList<uint> PreviewResolutions { get; init; }

    /// <summary>The resolution whose frame is the result.</summary>
    public required uint EndResolution { get; init; }

    /// <summary>Whether an event follows each group.</summary>
    public required bool ReportGroups { get; init; }

    /// <summary>Whether the samples don't go to full resolution.</summary>
    public bool StopsEarly => EndResolution < Model.OutputSize;
}
