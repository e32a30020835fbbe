using Cvdvae.Model.Decoding;
using Cvdvae.Model.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Model.Previews;

/// <summary>Decodes samples of the prior and shows the features that previews are made from.</summary>
/// <param name="decoder">The whole decoder.</param>
/// <param name="options">Where the samples come from.</param>
/// <param name="noise">Source of the random numbers; null: the product's own.</param>
internal sealed class PreviewWalk(TopDownDecoder decoder, PreviewFitOptions options, INoiseSource? noise = null)
{
    private readonly INoiseSource _noise = noise ?? new PhiloxNoise();
    private readonly PixelOutput _output = new(decoder.Architecture.Groups.Count, options.OutputBias);

    /// <summary>Decodes the samples [first, first + count).</summary>
    /// <param name="first">Index of the first sample.</param>
    /// <param name="count">Number of samples, one batch.</param>
    /// <param name="visit">
    /// Sees each resolution below the image size, coarse to fine, with its features (B, C, r, r), which are not the visitor's to keep.
    /// </param>
    /// <returns>The final images, uint8 (B, H, H, 3).</returns>
    public Tensor Run(int first, int count, Action<int, Tensor> visit)
    {
        using IDisposable mode = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        DecodeRow[] rows = [.. Enumerable.Range(first, count).Select(sample => new DecodeRow(options.Seed, (uint)sample, 1, options.PriorTemperature))];
        using var state = new DecodeState(rows);
        foreach (int resolution in PreviewHeads.ResolutionsOf(decoder.Architecture))
        {
            decoder.Advance(state, decoder.Architecture.GroupsAt(resolution).End, _noise);
            visit(resolution, state.Features!);
        }

        decoder.Advance(state, decoder.EndGroup, _noise);
        return _output.Images(decoder.PixelParameters(state.Features!), rows, options.PixelSampling, _noise).MoveToOuterDisposeScope();
    }
}
