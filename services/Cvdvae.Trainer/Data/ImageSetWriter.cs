using Cvdvae.Imaging;
using Cvdvae.Model.Weights;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Data;

/// <summary>Packs images into the file that <see cref="ImageSet"/> reads.</summary>
internal static class ImageSetWriter
{
    private const int Portion = 256;

    /// <summary>Resizes and packs images.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="images">Images; of those that are not square the middle is taken.</param>
    /// <param name="size">Side of the packed images in pixels.</param>
    /// <param name="limit">Most images to take.</param>
    /// <returns>How many there are.</returns>
    /// <exception cref="InvalidImageException">There is no image, or there are too many for one file.</exception>
    public static int Write(string path, IEnumerable<RgbImage> images, int size, int? limit)
    {
        using var pixels = new MemoryStream();
        int count = 0;
        foreach (RgbImage[] portion in images.Take(limit ?? int.MaxValue).Chunk(Portion))
        {
            var resized = new RgbImage[portion.Length];
            Parallel.For(0, portion.Length, index => resized[index] = MiddleSquare.Resized(portion[index], size));
            if (pixels.Length + (long)portion.Length * size * size * RgbImage.Channels > Array.MaxLength)
            {
                throw new InvalidImageException(
                    $"{path}: more than {Array.MaxLength / (size * size * RgbImage.Channels)} images of {size}x{size} do not fit into one file; take fewer with --limit");
            }

            foreach (RgbImage image in resized)
            {
                pixels.Write(image.Pixels);
            }

            count += portion.Length;
        }

        if (count == 0)
        {
            throw new InvalidImageException("the source holds no image (PNG, JPEG or WebP)");
        }

        using Tensor packed = tensor(pixels.ToArray(), [count, size, size, RgbImage.Channels], dtype: ScalarType.Byte);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        SafetensorsWriter.Write(path, TorchTensors.AsSource([new(ImageSet.TensorName, packed)]));
        return count;
    }
}
