using Cvdvae.Imaging;
using Cvdvae.Model;
using Cvdvae.Model.Decoding;
using Cvdvae.Model.Sampling;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Training;

/// <summary>Images through the posterior and back.</summary>
internal static class Reconstruction
{
    /// <summary>Reconstructions of images given as uint8 (B, 3, H, W), with the posterior's mean latents.</summary>
    public static IReadOnlyList<RgbImage> Of(VdVae model, Tensor levels, PixelSampling sampling, double outputBias = 0)
    {
        using IDisposable mode = no_grad();
        using var scope = NewDisposeScope();
        int groups = model.Architecture.Groups.Count;
        Tensor features = model.WalkPosterior(model.Normalize(levels), groups, (_, like) => zeros_like(like), (_, _) => { });
        DecodeRow[] rows = [.. Enumerable.Range(0, (int)levels.shape[0]).Select(index => new DecodeRow(0, (uint)index, 1, 1))];
        return Pictures.FromLevels(new PixelOutput(groups, outputBias).Images(model.Decoder.PixelParameters(features), rows, sampling, new PhiloxNoise()));
    }
}
