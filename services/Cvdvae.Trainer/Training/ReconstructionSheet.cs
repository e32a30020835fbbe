using System.Globalization;
using Cvdvae.Imaging;

namespace Cvdvae.Trainer.Training;

/// <summary>Reconstructions as they are made: their quality, and a sheet with each original beside its reconstructions.</summary>
internal sealed class ReconstructionSheet
{
    private readonly List<double> _ratios = [];

    /// <param name="reconstructions">Reconstructions of each image.</param>
    /// <param name="imageSize">Side of the images in pixels.</param>
    public ReconstructionSheet(int reconstructions, int imageSize) => Sheet = new PictureSheet(1 + reconstructions, imageSize);

    public PictureSheet Sheet { get; }

    /// <summary>Number of images.</summary>
    public int Count => _ratios.Count;

    /// <summary>Mean over the images of the first reconstructions' PSNR, dB.</summary>
    public double MeanPsnr => _ratios.Average();

    /// <summary>Adds an image.</summary>
    /// <param name="original">The image.</param>
    /// <param name="reconstructions">The one from the posterior's means, then drawn ones.</param>
    /// <returns>PSNR of each, dB.</returns>
    public IReadOnlyList<double> Add(RgbImage original, IReadOnlyList<RgbImage> reconstructions)
    {
        double[] ratios = [.. reconstructions.Select(image => Psnr.Between(original, image))];
        _ratios.Add(ratios[0]);
        Sheet.Add(original, "original");
        for (int index = 0; index < ratios.Length; index++)
        {
            Sheet.Add(reconstructions[index], string.Create(CultureInfo.InvariantCulture, $"{(index == 0 ? "mean" : "draw")} {ratios[index]:F1} dB"));
        }

        return ratios;
    }
}
