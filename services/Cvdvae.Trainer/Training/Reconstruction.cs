using Cvdvae.Imaging;
using Cvdvae.Model;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Decoding;
using Cvdvae.Model.Sampling;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Training;

/// <summary>Images through the posterior and back.</summary>
internal static class Reconstruction
{
    /// <summary>The row that takes the posterior's mean latents.</summary>
    public static DecodeRow Mean { get; } = new(0, 0, 1, 0);

    /// <summary>Reconstructions of images.</summary>
    /// <param name="model">The model.</param>
    /// <param name="levels">uint8 (B, 3, H, W), on the model's device.</param>
    /// <param name="rows">Seeds and temperatures of the latents and pixels, B of them.</param>
    /// <param name="sampling">How pixels are taken.</param>
    /// <param name="outputBias">Levels added to every value.</param>
    public static IReadOnlyList<RgbImage> Of(VdVae model, Tensor levels, IReadOnlyList<DecodeRow> rows, PixelSampling sampling, double outputBias = 0)
    {
        using IDisposable mode = no_grad();
        using var scope = NewDisposeScope();
        PriorArchitecture architecture = model.Architecture;
        int groups = architecture.Groups.Count;
        var noise = new PhiloxNoise();
        Tensor features = model.WalkPosterior(
            model.Normalize(levels),
            groups,
            (group, like) => LatentNoise.Of(rows, architecture.Groups[group], architecture.Hyperparameters.Zdim, noise, like),
            (_, _) => { });
        return Pictures.FromLevels(new PixelOutput(groups, outputBias).Images(model.Decoder.PixelParameters(features), rows, sampling, noise));
    }
}
