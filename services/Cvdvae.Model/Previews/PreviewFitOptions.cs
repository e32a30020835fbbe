using Cvdvae.Model.Sampling;

namespace Cvdvae.Model.Previews;

/// <summary>What preview heads are fitted to.</summary>
public sealed record PreviewFitOptions
{
    /// <summary>Samples of the prior that the heads are fitted to, at least 2. At 1x1 a sample is a single pixel, so that wide models need many.</summary>
    public int Samples { get; init; } = 2048;

    /// <summary>Samples decoded at once, at least 1. The result does not depend on it, up to float rounding.</summary>
    public int Batch { get; init; } = 16;

    /// <summary>Seed of the samples.</summary>
    public ulong Seed { get; init; }

    /// <summary>Temperature of the latents, 0 to 10.</summary>
    public float PriorTemperature { get; init; } = 0.8f;

    /// <summary>How pixels are taken from the final features. <see cref="Sampling.PixelSampling.Sample"/> adds noise that no features can tell.</summary>
    public PixelSampling PixelSampling { get; init; } = PixelSampling.Mean;

    /// <summary>Levels added to the final images, as the model does; the heads then contain it.</summary>
    public double OutputBias { get; init; }

    /// <summary>Further samples that only the quality is measured on: one for ten.</summary>
    public int HeldOutSamples => Math.Max(1, Samples / 10);

    /// <summary>Samples that the strength of the ridge is chosen on, of those fitted to.</summary>
    internal int CheckingSamples => Math.Max(1, Samples / 10);

    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Samples, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(Batch, 1);
        if (PriorTemperature is not (>= 0 and <= 10))
        {
            throw new ArgumentOutOfRangeException(nameof(PriorTemperature), PriorTemperature, "accepted: 0 to 10");
        }
    }
}
