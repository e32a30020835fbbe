using Cvdvae.Imaging;

namespace Cvdvae.Trainer.Data;

/// <summary>Where the images of a data set come from.</summary>
internal static class ImageSources
{
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".webp"];

    /// <summary>All images below a folder, in the order of their paths.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidImageException">A file can't be decoded; the message names it.</exception>
    public static IEnumerable<RgbImage> Folder(string folder)
    {
        IEnumerable<string> files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal);
        foreach (string file in files)
        {
            RgbImage image;
            try
            {
                image = ImageCodec.Decode(File.ReadAllBytes(file), ImageDecodeLimits.Default);
            }
            catch (InvalidImageException error)
            {
                throw new InvalidImageException($"{file}: {error.Message}");
            }

            yield return MiddleSquare(image);
        }
    }

    /// <summary>Frames of raw RGB bytes, one after the other without a header.</summary>
    /// <param name="path">The file, or '-' for standard input.</param>
    /// <param name="size">Side of a frame in pixels.</param>
    /// <exception cref="InvalidImageException">The last frame is cut off.</exception>
    public static IEnumerable<RgbImage> Raw(string path, int size)
    {
        using Stream stream = path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
        while (true)
        {
            byte[] pixels = new byte[size * size * RgbImage.Channels];
            int read = stream.ReadAtLeast(pixels, pixels.Length, throwOnEndOfStream: false);
            if (read == 0)
            {
                yield break;
            }

            yield return read == pixels.Length
                ? new RgbImage(size, size, pixels)
                : throw new InvalidImageException($"{path}: ends inside a frame of {size}x{size} pixels, after {read} of {pixels.Length} bytes");
        }
    }

    private static RgbImage MiddleSquare(RgbImage image)
    {
        int side = Math.Min(image.Width, image.Height);
        return image.Width == image.Height ? image : image.Crop((image.Width - side) / 2, (image.Height - side) / 2, side, side);
    }
}
