using Cvdvae.Imaging;
using Cvdvae.Model;
using Cvdvae.Model.Configuration;
using Cvdvae.Trainer.Data;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Tests;

/// <summary>A prior of 16x16 images, a low-res encoder of 4x4 images for it, and images of coloured discs.</summary>
internal static class TinyModels
{
    public const int ImageSize = 16;

    /// <summary>Hyper-parameters of both, as a file has them.</summary>
    public const string Json = """
        {
          "width": 8, "zdim": 4, "image_size": 16, "no_bias_above": 16, "num_mixtures": 2, "bottleneck_multiple": 0.5,
          "enc_blocks": "16x1,16d4,4x1,4d4,1x1", "dec_blocks": "1x1,4m1,4x1,16m4", "shift": -127.5, "scale": 0.0078,
          "width_y": 8, "image_size_y": 4, "enc_blocks_y": "4x1,4d4,1x1", "ky": 3
        }
        """;

    public static PriorArchitecture Prior { get; } = new(new PriorHyperparameters
    {
        Width = 8,
        Zdim = 4,
        ImageSize = ImageSize,
        NoBiasAbove = 16,
        NumMixtures = 2,
        BottleneckMultiple = 0.5,
        EncBlocks = "16x1,16d4,4x1,4d4,1x1",
        DecBlocks = "1x1,4m1,4x1,16m4",
        Shift = -127.5,
        Scale = 0.0078,
    });

    public static LowResArchitecture LowRes { get; } = new(new LowResHyperparameters { WidthY = 8, ImageSizeY = 4, EncBlocksY = "4x1,4d4,1x1", Ky = 3 }, Prior);

    public static VdVae NewPrior(int seed = 1)
    {
        random.manual_seed(seed);
        return new VdVae(Prior);
    }

    public static LowResEncoder NewEncoder(int seed = 2)
    {
        random.manual_seed(seed);
        return new LowResEncoder(LowRes);
    }

    /// <summary>A disc of a random colour, place and radius on a random background.</summary>
    public static RgbImage Disc(int seed, int width = ImageSize, int height = ImageSize)
    {
        var random = new Random(seed);
        var image = new RgbImage(width, height);
        byte[] colours = new byte[6];
        random.NextBytes(colours);
        double x0 = width * random.NextDouble();
        double y0 = height * random.NextDouble();
        double radius = width * (0.2 + 0.3 * random.NextDouble());
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int first = double.Hypot(x - x0, y - y0) < radius ? 0 : 3;
                image[x, y] = (colours[first], colours[first + 1], colours[first + 2]);
            }
        }

        return image;
    }

    /// <summary>Packs discs and opens the file.</summary>
    public static ImageSet Discs(string path, int count, int firstSeed = 0)
    {
        ImageSetWriter.Write(path, Enumerable.Range(firstSeed, count).Select(seed => Disc(seed)), ImageSize, null);
        return ImageSet.Open(path);
    }
}
