using System.Buffers.Binary;
using System.Text;
using Cvdvae.Imaging;
using Cvdvae.Model.Weights;

namespace Cvdvae.Trainer.Data;

/// <summary>Packs images into the file that <see cref="ImageSet"/> reads.</summary>
internal static class ImageSetWriter
{
    private const int Portion = 256;

    // Photographs as cameras make them: 256 of these would take 18 GB.
    private const long PortionPixels = 1 << 27;

    // Room for the header, which says how many images there are and so is written last; the format allows spaces after it.
    private const int HeaderBytes = 256;

    /// <summary>Resizes and packs images as they come: no more than a portion of them is in memory.</summary>
    /// <param name="path">The file to write; it is there once all images are.</param>
    /// <param name="images">Images; of those that are not square the middle is taken.</param>
    /// <param name="size">Side of the packed images in pixels.</param>
    /// <param name="limit">Most images to take.</param>
    /// <param name="statistics">Counts the packed levels.</param>
    /// <returns>How many there are.</returns>
    /// <exception cref="InvalidImageException">There is no image.</exception>
    public static int Write(string path, IEnumerable<RgbImage> images, int size, int? limit, PixelStatistics? statistics = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        TemporaryFile.RemoveStale(path);
        string temporary = TemporaryFile.NameFor(path);
        try
        {
            int count = WriteTemporary(temporary, images.Take(limit ?? int.MaxValue), size, statistics);
            File.Move(temporary, path, overwrite: true);
            return count;
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static int WriteTemporary(string path, IEnumerable<RgbImage> images, int size, PixelStatistics? statistics)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        file.Write(new byte[HeaderBytes]);
        int count = 0;
        foreach (RgbImage[] portion in Portions(images))
        {
            var resized = new RgbImage[portion.Length];
            Parallel.For(0, portion.Length, index => resized[index] = MiddleSquare.Resized(portion[index], size));
            statistics?.AddEnlarged(portion.Count(image => Math.Min(image.Width, image.Height) < size));
            foreach (RgbImage image in resized)
            {
                file.Write(image.Pixels);
                statistics?.Add(image.Pixels);
            }

            count += portion.Length;
        }

        if (count == 0)
        {
            throw new InvalidImageException("the source holds no image that can be used (PNG, JPEG or WebP)");
        }

        file.Position = 0;
        file.Write(Header(count, size));
        file.Flush(flushToDisk: true);
        return count;
    }

    private static IEnumerable<RgbImage[]> Portions(IEnumerable<RgbImage> images)
    {
        var portion = new List<RgbImage>();
        long pixels = 0;
        foreach (RgbImage image in images)
        {
            portion.Add(image);
            pixels += (long)image.Width * image.Height;
            if (portion.Count == Portion || pixels >= PortionPixels)
            {
                yield return [.. portion];
                portion.Clear();
                pixels = 0;
            }
        }

        if (portion.Count > 0)
        {
            yield return [.. portion];
        }
    }

    private static byte[] Header(int count, int size)
    {
        long bytes = (long)count * size * size * RgbImage.Channels;
        string json = FormattableString.Invariant(
            $$"""{"{{ImageSet.TensorName}}":{"dtype":"U8","shape":[{{count}},{{size}},{{size}},{{RgbImage.Channels}}],"data_offsets":[0,{{bytes}}] } }""");
        byte[] header = new byte[HeaderBytes];
        BinaryPrimitives.WriteInt64LittleEndian(header, HeaderBytes - sizeof(long));
        Encoding.ASCII.GetBytes(json.PadRight(HeaderBytes - sizeof(long)), header.AsSpan(sizeof(long)));
        return header;
    }
}
