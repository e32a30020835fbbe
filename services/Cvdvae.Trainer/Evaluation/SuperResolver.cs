using Cvdvae.Imaging;
using Cvdvae.Model;
using Cvdvae.Model.Decoding;
using Cvdvae.Model.Encoding;
using Cvdvae.Model.Sampling;
using Cvdvae.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Evaluation;

/// <summary>Super-resolution in process.</summary>
/// <param name="encoder">The low-res encoder; not owned.</param>
/// <param name="decoder">The whole decoder; not owned.</param>
/// <param name="sampling">How pixels are taken.</param>
/// <param name="outputBias">Levels added to every value.</param>
internal sealed class SuperResolver(LowResEncoder encoder, TopDownDecoder decoder, PixelSampling sampling, double outputBias = 0)
{
    /// <summary>Most samples decoded at once; null: all.</summary>
    public int? Together { get; init; }

    /// <summary>Draws samples of several images in one batch.</summary>
    /// <param name="levels">Low-res images, uint8 (B, 3, h, w), on the model's device.</param>
    /// <param name="samples">Samples of each image.</param>
    /// <param name="temperature">Temperature of all latents.</param>
    /// <param name="seed">Seed of the first image; each has the next.</param>
    /// <returns>The samples, image by image.</returns>
    public IReadOnlyList<IReadOnlyList<RgbImage>> Draw(Tensor levels, int samples, float temperature, ulong seed)
    {
        using IDisposable mode = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        using FeaturePyramid pyramid = encoder.Encoder.call(PixelInput.Normalize(levels, decoder.Architecture.Hyperparameters));
        LowResFeatures[] features = [.. Enumerable.Range(0, (int)levels.shape[0]).Select(image => new LowResFeatures(encoder.Branch, pyramid, image))];
        try
        {
            DecodeRow[] rows = [.. features.SelectMany((own, image) =>
                Enumerable.Range(0, samples).Select(sample => new DecodeRow(seed + (ulong)image, (uint)sample, temperature, temperature, own)))];
            return [.. PriorSamples.Of(decoder, rows, sampling, outputBias, Together ?? rows.Length).Chunk(samples)];
        }
        finally
        {
            Array.ForEach(features, own => own.Dispose());
        }
    }
}
