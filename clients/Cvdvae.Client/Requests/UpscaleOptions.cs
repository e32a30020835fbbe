using Cvdvae.V1;
using Google.Protobuf;

namespace Cvdvae.Client;

/// <summary>
/// What to make of an image. What is left alone is for the server and the model to choose; what is out of range is for them to judge.
/// </summary>
public sealed record UpscaleOptions
{
    /// <summary>Model as "name" (its newest version) or "name@version"; empty: the server's default.</summary>
    public string Model { get; init; } = "";

    /// <summary>Samples to draw, 1 or more.</summary>
    public int Samples { get; init; } = 1;

    /// <summary>Factor between the sides of result and input; null: from the image's size.</summary>
    public int? Scale { get; init; }

    /// <summary>
    /// Seed of the random numbers; null: the server draws one. The same request with the same seed gives the same images.
    /// </summary>
    public ulong? Seed { get; init; }

    /// <summary>Temperature of all latent groups, 0 to 10; null: the model's. The two special ones win over it.</summary>
    public float? Temperature { get; init; }

    /// <summary>Temperature of the latent groups that the image conditions, 0 to 10; null: <see cref="Temperature"/>.</summary>
    public float? EncoderTemperature { get; init; }

    /// <summary>Temperature of the other latent groups, 0 to 10; null: <see cref="Temperature"/>.</summary>
    public float? PriorTemperature { get; init; }

    /// <summary>How pixels are taken; unspecified: the model's own way.</summary>
    public PixelSampling PixelSampling { get; init; }

    /// <summary>Whether each result is made to agree with the input when it is downscaled.</summary>
    public bool Consistency { get; init; }

    /// <summary>What happens to an image of another size than the model's; unspecified: it is refused.</summary>
    public InputFit Fit { get; init; }

    /// <summary>Format of the previews; unspecified: PNG.</summary>
    public ImageFormat PreviewFormat { get; init; }

    /// <summary>Format of the results; unspecified: PNG.</summary>
    public ImageFormat ResultFormat { get; init; }

    /// <summary>Quality of JPEG and WebP, 1 to 100; null: 90.</summary>
    public int? Quality { get; init; }

    /// <summary>Resolutions to preview; empty: all below the output size.</summary>
    public IReadOnlyList<int> PreviewResolutions { get; init; } = [];

    /// <summary>Last resolution to compute, whose preview is the result; null: the full one.</summary>
    public int? StopAt { get; init; }

    /// <summary>Whether <see cref="GroupDecodedEvent"/> is sent after each latent group.</summary>
    public bool ReportGroups { get; init; }

    /// <summary>The request for an image.</summary>
    /// <exception cref="ArgumentException">An option can't be sent; the message names it.</exception>
    internal UpscaleRequest ToRequest(ReadOnlyMemory<byte> image)
    {
        var request = new UpscaleRequest
        {
            Model = Model ?? "",
            Image = ByteString.CopyFrom(image.Span),
            Scale = Count(nameof(Scale), Scale),
            SampleCount = Count(nameof(Samples), Samples),
            PixelSampling = PixelSampling,
            EnforceConsistency = Consistency,
            InputFit = Fit,
            PreviewFormat = PreviewFormat,
            ResultFormat = ResultFormat,
            Quality = Count(nameof(Quality), Quality),
            StopAtResolution = Count(nameof(StopAt), StopAt),
            ReportGroups = ReportGroups,
        };
        request.PreviewResolutions.AddRange((PreviewResolutions ?? []).Select(resolution => Count(nameof(PreviewResolutions), resolution)));
        if (Seed is { } seed)
        {
            request.Seed = seed;
        }

        if ((EncoderTemperature ?? Temperature) is { } encoder)
        {
            request.EncoderTemperature = encoder;
        }

        if ((PriorTemperature ?? Temperature) is { } prior)
        {
            request.PriorTemperature = prior;
        }

        return request;
    }

    // 0 is the protocol's way to say that nothing was said.
    private static uint Count(string name, int? value) =>
        value is null ? 0 : value > 0 ? (uint)value : throw new ArgumentException($"{name}: {value} is not 1 or more");
}
