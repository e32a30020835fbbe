using System.Globalization;
using Cvdvae.Imaging;
using Cvdvae.Model.Weights;

namespace Cvdvae.Trainer.Data;

/// <summary>Where the images of a data set come from.</summary>
internal static class ImageSources
{
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".webp"];

    /// <summary>All images below a folder, in the order of their paths.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidImageException">A file can't be decoded; the message names it.</exception>
    public static IEnumerable<RgbImage> Folder(string folder) => Files(folder).Select(file => MiddleSquare.Of(Decode(file)));

    /// <summary>The images of an image file, of a folder, or of a file made by <see cref="ImageSetWriter"/>.</summary>
    /// <exception cref="IOException">There is no such file or folder.</exception>
    /// <exception cref="InvalidImageException">A file can't be decoded; the message names it.</exception>
    /// <exception cref="InvalidWeightsException">A data set is broken.</exception>
    public static IEnumerable<NamedImage> Named(string path)
    {
        if (Path.GetExtension(path).Equals(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            ImageSet images = ImageSet.Open(path);
            return Enumerable.Range(0, images.Count).Select(index => new NamedImage(index.ToString("D6", CultureInfo.InvariantCulture), images.Image(index)));
        }

        IEnumerable<string> files = Directory.Exists(path) ? Files(path) : [path];
        return files.Select(file => new NamedImage(Path.GetFileNameWithoutExtension(file), Decode(file)));
    }

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal);

    private static RgbImage Decode(string file)
    {
        try
        {
            return ImageCodec.Decode(File.ReadAllBytes(file), ImageDecodeLimits.Default);
        }
        catch (InvalidImageException error)
        {
            throw new InvalidImageException($"{file}: {error.Message}");
        }
    }

    /// <summary>Frames of raw RGB bytes, one after the other without a header.</summary>
    /// <param name="path">The file, or '-' for standard input.</param>
    /// <param name="size">Side of a frame in pixels.</param>
    /// <exception cref="InvalidImageException">The last frame is cut off.</exception>
    public static IEnumerable<RgbImage> Raw(string path, int size)
    {
        using Stream stream = path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
        foreach (RgbImage frame in Frames(stream, path, size))
        {
            yield return frame;
        }
    }

    /// <summary>Frames of raw RGB bytes.</summary>
    /// <param name="stream">The bytes, up to the end.</param>
    /// <param name="origin">What to call them in messages.</param>
    /// <param name="size">Side of a frame in pixels.</param>
    /// <exception cref="InvalidImageException">The last frame is cut off.</exception>
    public static IEnumerable<RgbImage> Frames(Stream stream, string origin, int size)
    {
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
                : throw new InvalidImageException($"{origin}: ends inside a frame of {size}x{size} pixels, after {read} of {pixels.Length} bytes");
        }
    }
}
