using Cvdvae.Imaging;
using Cvdvae.Model.Decoding;
using Cvdvae.Model.Sampling;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Training;

/// <summary>Decodes rows to pictures in process.</summary>
internal static class PriorSamples
{
    private const int Batch = 8;

    /// <summary>Images of the rows, in their order.</summary>
    /// <param name="decoder">The whole decoder.</param>
    /// <param name="rows">Seeds, temperatures and low-res images.</param>
    /// <param name="sampling">How pixels are taken.</param>
    /// <param name="outputBias">Levels added to every value.</param>
    /// <param name="batch">Rows decoded at once.</param>
    public static IReadOnlyList<RgbImage> Of(TopDownDecoder decoder, IReadOnlyList<DecodeRow> rows, PixelSampling sampling, double outputBias = 0, int batch = Batch)
    {
        var noise = new PhiloxNoise();
        var output = new PixelOutput(decoder.Architecture.Groups.Count, outputBias);
        var images = new List<RgbImage>();
        foreach (DecodeRow[] part in rows.Chunk(batch))
        {
            using IDisposable mode = inference_mode();
            using var scope = NewDisposeScope();
            using var state = new DecodeState(part);
            decoder.Advance(state, decoder.EndGroup, noise);
            images.AddRange(Pictures.FromLevels(output.Images(decoder.PixelParameters(state.Features!), part, sampling, noise)));
        }

        return images;
    }
}
