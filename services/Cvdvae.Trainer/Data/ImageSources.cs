using System.Globalization;
using Cvdvae.Imaging;
using Cvdvae.Model.Weights;

namespace Cvdvae.Trainer.Data;

/// <summary>Where the images of a data set come from.</summary>
internal static class ImageSources
{
    // Files of whoever runs the program: a panorama is cut and shrunk like any other.
    private static readonly ImageDecodeLimits OwnFiles = new() { MaxBytes = 1 << 28, MaxWidth = 65_535, MaxHeight = 65_535, MaxPixels = 1 << 27 };

    /// <summary>All images below a folder, in the order of their paths.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="skipped">Takes the files that can't be used.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static IEnumerable<RgbImage> Folder(string folder, SkippedImages skipped) =>
        ImageFiles.Below(folder, skipped).Select(file => Decode(file, skipped)).OfType<RgbImage>().Select(MiddleSquare.Of);

    /// <summary>The images of an image file, of a folder, or of a file made by <see cref="ImageSetWriter"/>.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="skipped">Takes the files that can't be used.</param>
    /// <exception cref="IOException">There is no such file or folder.</exception>
    /// <exception cref="InvalidWeightsException">A data set is broken.</exception>
    public static IEnumerable<NamedImage> Named(string path, SkippedImages skipped)
    {
        if (Path.GetExtension(path).Equals(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            ImageSet images = ImageSet.Open(path);
            return Enumerable.Range(0, images.Count).Select(index => new NamedImage(index.ToString("D6", CultureInfo.InvariantCulture), images.Image(index)));
        }

        if (!Directory.Exists(path) && !File.Exists(path))
        {
            throw new FileNotFoundException($"there is no file or folder {path}");
        }

        return (Directory.Exists(path) ? ImageFiles.Below(path, skipped) : [path])
            .Select(file => (Name: Path.GetFileNameWithoutExtension(file), Image: Decode(file, skipped)))
            .Where(source => source.Image is not null)
            .Select(source => new NamedImage(source.Name, source.Image!));
    }

    private static RgbImage? Decode(string file, SkippedImages skipped)
    {
        try
        {
            // A pipe has no length either, and would be waited for without end.
            if (new FileInfo(file).Length == 0)
            {
                throw new InvalidImageException("The file is empty.");
            }

            return ImageCodec.Decode(File.ReadAllBytes(file), OwnFiles);
        }
        catch (Exception error) when (error is InvalidImageException or IOException or UnauthorizedAccessException)
        {
            skipped.Add(file, error.Message);
            return null;
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
