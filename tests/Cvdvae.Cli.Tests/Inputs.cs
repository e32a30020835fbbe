using Cvdvae.Imaging;
using Cvdvae.TestUtils;

namespace Cvdvae.Cli.Tests;

/// <summary>Images to send.</summary>
internal static class Inputs
{
    public static RgbImage Gradient(int width, int height)
    {
        var image = new RgbImage(width, height);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                image[x, y] = ((byte)(255 * x / width), (byte)(255 * y / height), 90);
            }
        }

        return image;
    }

    /// <summary>Writes a PNG.</summary>
    /// <returns>Its path.</returns>
    public static string Png(TemporaryFolder folder, int width = 16, int? height = null, string name = "input.png")
    {
        File.WriteAllBytes(folder[name], ImageCodec.Encode(Gradient(width, height ?? width), ImageEncoding.Png, 90));
        return folder[name];
    }

    public static RgbImage Read(string path) => ImageCodec.Decode(File.ReadAllBytes(path), ImageDecodeLimits.Default);
}
