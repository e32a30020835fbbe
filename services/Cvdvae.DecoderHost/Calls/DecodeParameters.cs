using Cvdvae.V1;
using ModelSampling = Cvdvae.Model.Sampling.PixelSampling;

namespace Cvdvae.DecoderHost.Calls;

/// <summary>A request that was checked against its model.</summary>
internal sealed record DecodeParameters
{
    /// <summary>Identity of the call.</summary>
    public required string RequestId { get; init; }

    /// <summary>The request as it came; for the next stage.</summary>
    public required DecodeRequest Request { get; init; }

    /// <summary>A scale of the model.</summary>
    public required int Scale { get; init; }

    /// <summary>Last resolution to decode: the image size for all.</summary>
    public required int LastResolution { get; init; }

    /// <summary>Resolutions of the frames to send, the last one included.</summary>
    public required IReadOnlySet<int> FrameResolutions { get; init; }

    /// <summary>How pixels are taken.</summary>
    public required ModelSampling Sampling { get; init; }

    /// <summary>Temperature of the conditioned latent groups.</summary>
    public required float EncoderTemperature { get; init; }

    /// <summary>Temperature of the other latent groups.</summary>
    public required float PriorTemperature { get; init; }

    /// <summary>Timestamp after which no step begins; null: none.</summary>
    public required long? Deadline { get; init; }

    /// <summary>
    /// Timestamp until which steps of the first resolution may begin all the same, so that there is something; null: <see cref="Deadline"/>
    /// holds for them too.
    /// </summary>
    public required long? FirstDeadline { get; init; }
}
