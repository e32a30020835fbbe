using Cvdvae.Model.Runtime;
using Cvdvae.Model.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Model.Decoding;

/// <summary>
/// From the parameters of the pixels to 8-bit images. The noise streams of a row are numbered on from the latent groups': L for the component,
/// elements (component, row, column), and L + 1 for the logistic, elements (colour, row, column).
/// </summary>
public sealed class PixelOutput
{
    private readonly int _groupCount;
    private readonly double _outputBias;

    /// <summary>Creates the output.</summary>
    /// <param name="groupCount">Number of latent groups, L.</param>
    /// <param name="outputBias">Levels added to every value before it is rounded; corrects a model whose training data was too dark.</param>
    public PixelOutput(int groupCount, double outputBias = 0)
    {
        _groupCount = groupCount;
        _outputBias = outputBias;
    }

    /// <summary>Makes the images of a batch.</summary>
    /// <param name="parameters">(B, 10 mixtures, H, W).</param>
    /// <param name="rows">The rows, B of them.</param>
    /// <param name="sampling">How pixels are taken.</param>
    /// <param name="noise">Source of the uniform numbers; used by <see cref="PixelSampling.Sample"/> alone.</param>
    /// <returns>uint8 (B, H, W, 3), on the device of the parameters.</returns>
    public Tensor Images(Tensor parameters, IReadOnlyList<DecodeRow> rows, PixelSampling sampling, INoiseSource noise)
    {
        using IDisposable mode = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        Tensor precise = parameters.to(ScalarType.Float32);
        var mixture = new MixtureOfLogistics(precise);
        Tensor values = sampling switch
        {
            PixelSampling.Sample => mixture.Sample(
                Uniform(rows, _groupCount, [precise.shape[1] / 10, .. precise.shape[2..]], noise, precise.device),
                Uniform(rows, _groupCount + 1, [3, .. precise.shape[2..]], noise, precise.device)),
            PixelSampling.Mode => mixture.Mode(),
            PixelSampling.Mean => mixture.Mean(),
            _ => throw new ArgumentOutOfRangeException(nameof(sampling), sampling, null),
        };
        return ToLevels(values, _outputBias).permute(0, 2, 3, 1).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Values in [-1, 1] to levels: round-half-even of clamp((v + 1) * 127.5 + bias, 0, 255), uint8 in the same shape.</summary>
    public static Tensor ToLevels(Tensor values, double outputBias = 0)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor levels = values.Plus(1).TimesInPlace(127.5);
        return (outputBias == 0 ? levels : levels.Plus(outputBias)).WithinInPlace(0, 255).round_().to(ScalarType.Byte).MoveToOuterDisposeScope();
    }

    private static Tensor Uniform(IReadOnlyList<DecodeRow> rows, int group, long[] shape, INoiseSource source, Device device) =>
        source.Uniforms([.. rows.Select(row => new NoiseStream(row.Seed, row.Sample, (uint)group))], (int)shape.Aggregate(1L, (count, side) => count * side), device).view([rows.Count, .. shape]);
}
