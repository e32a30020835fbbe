using System.Runtime.InteropServices;
using Cvdvae.Imaging;
using Cvdvae.Model.Weights;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Data;

/// <summary>
/// A packed data set: one safetensors file with <c>images</c>, uint8 (N, size, size, 3), of any length, whose images are read when they are asked for; and, made by our own resize when asked
/// for, their low-res versions.
/// </summary>
internal sealed class ImageSet
{
    public const string TensorName = "images";

    // Low-res versions that take more are made anew each time: for 63,000 images of 256x256 that costs less than to wait for them all, and no memory.
    private const long MostBytesMadeAhead = 64 << 20;
    private readonly Func<int, byte[]> _pixels;

    private ImageSet(Func<int, byte[]> pixels, int count, int size)
    {
        (_pixels, Count, Size) = (pixels, count, size);
    }

    public int Count { get; }

    public int Size { get; }

    private int ImageBytes => Size * Size * RgbImage.Channels;

    /// <summary>Opens a file.</summary>
    /// <exception cref="InvalidWeightsException">It is broken, or holds no such tensor.</exception>
    public static ImageSet Open(string path)
    {
        SafetensorsFile file = SafetensorsFile.Open(path);
        try
        {
            TensorEntry entry = file.Require(TensorName);
            if (entry.ElementType != TensorElementType.U8 || entry.Shape is not [> 0 and <= int.MaxValue, var height, var width, RgbImage.Channels] || height != width)
            {
                throw new InvalidWeightsException(path, $"'{TensorName}' is {entry.ElementType} {entry.ShapeText}; expected is U8 (count, size, size, 3)");
            }

            int bytes = checked((int)(height * width * RgbImage.Channels));
            return new ImageSet(
                index =>
                {
                    byte[] pixels = new byte[bytes];
                    file.CopyTo(TensorName, (long)index * bytes, pixels);
                    return pixels;
                },
                (int)entry.Shape[0],
                (int)height);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>One image.</summary>
    public RgbImage Image(int index) => new(Size, Size, _pixels(index));

    /// <summary>The same images at a lower resolution, by the degradation that super-resolution undoes.</summary>
    public ImageSet Downscaled(int size)
    {
        byte[] Make(int index) => BicubicResizer.Resize(Image(index), size, size).Pixels;
        if ((long)Count * size * size * RgbImage.Channels > MostBytesMadeAhead)
        {
            return new ImageSet(Make, Count, size);
        }

        byte[][] made = new byte[Count][];
        Parallel.For(0, Count, index => made[index] = Make(index));
        return new ImageSet(index => [.. made[index]], Count, size);
    }

    /// <summary>Levels of some images, uint8 (B, 3, size, size).</summary>
    public Tensor Levels(IReadOnlyList<int> indices)
    {
        byte[][] images = new byte[indices.Count][];
        Parallel.For(0, images.Length, row => images[row] = _pixels(indices[row]));
        Tensor levels = empty([images.Length, Size, Size, RgbImage.Channels], dtype: ScalarType.Byte);
        Span<byte> bytes = MemoryMarshal.AsBytes(levels.bytes);
        for (int row = 0; row < images.Length; row++)
        {
            images[row].CopyTo(bytes[(row * ImageBytes)..]);
        }

        return levels.permute(0, 3, 1, 2);
    }
}
