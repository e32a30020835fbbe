namespace Cvdvae.Imaging.Tests;

/// <summary>Small synthetic images.</summary>
internal static class TestImages
{
    /// <summary>Every byte random.</summary>
    public static RgbImage Noise(int width, int height, int seed = 1)
    {
        var image = new RgbImage(width, height);
        new Random(seed).NextBytes(image.Pixels);
        return image;
    }

    /// <summary>Slow gradients, so that a lossy codec hardly changes it; no two corners are alike.</summary>
    public static RgbImage Gradient(int width, int height)
    {
        var image = new RgbImage(width, height);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int diagonal = 100 * (x + y) / (width + height);
                image[x, y] = ((byte)(40 + (160 * x / width)), (byte)(40 + (160 * y / height)), (byte)(200 - diagonal));
            }
        }

        return image;
    }

    public static RgbImage Solid(int width, int height, byte red, byte green, byte blue)
    {
        var image = new RgbImage(width, height);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                image[x, y] = (red, green, blue);
            }
        }

        return image;
    }

    public static double[] Channel(RgbImage image, int channel) =>
        Enumerable.Range(0, image.Width * image.Height).Select(i => (double)image.Pixels[(3 * i) + channel]).ToArray();

    public static double LargestDifference(double[] first, double[] second) => first.Zip(second, (a, b) => Math.Abs(a - b)).Max();
}
