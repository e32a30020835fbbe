using Cvdvae.Imaging;
using Cvdvae.Model.Decoding;
using Cvdvae.Model.Previews;
using Cvdvae.Trainer.Training;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Previews;

/// <summary>A page of held-out samples, one in a row: the preview of each resolution, then the final image.</summary>
internal static class PreviewSheet
{
    private const int Rows = 8;
    private const int SmallestCell = 128;

    public static ContactSheet Draw(TopDownDecoder decoder, PreviewHeads heads, PreviewFitOptions options)
    {
        using var scope = NewDisposeScope();
        int count = Math.Min(Rows, options.HeldOutSamples);
        int size = decoder.Architecture.Hyperparameters.ImageSize;
        int cell = size * ((SmallestCell + size - 1) / size);
        var columns = new List<(string Label, IReadOnlyList<RgbImage> Images)>();
        Tensor final = new PreviewWalk(decoder, options).Run(
            options.Samples, count, (resolution, x) => columns.Add(($"{resolution}x{resolution}", Pictures.FromLevels(heads.Images(x)))));
        columns.Add(("final", Pictures.FromLevels(final)));

        var sheet = new ContactSheet(columns.Count, cell, cell);
        for (int row = 0; row < count; row++)
        {
            foreach ((string label, IReadOnlyList<RgbImage> images) in columns)
            {
                sheet.Add(images[row], label);
            }
        }

        return sheet;
    }
}
