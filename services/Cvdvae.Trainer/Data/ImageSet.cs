using System.Runtime.InteropServices;
using Cvdvae.Imaging;
using Cvdvae.Model.Weights;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Data;

/// <summary>
/// A packed data set: one safetensors file with <c>images</c>, uint8 (N, size, size, 3), in memory; and, made by our own resize when asked for, their low-res
/// versions.
/// </summary>
internal sealed class ImageSet
{
    public const string TensorName = "images";
    private readonly byte[] _pixels;

    private ImageSet(byte[] pixels, int count, int size)
    {
        (_pixels, Count, Size) = (pixels, count, size);
    }

    public int Count { get; }

    public int Size { get; }

    private int ImageBytes => Size * Size * RgbImage.Channels;

    /// <summary>Loads a file.</summary>
    /// <exception cref="InvalidWeightsException">It is broken, or holds no such tensor.</exception>
    public static ImageSet Open(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        TensorEntry entry = file.Require(TensorName);
        if (entry.ElementType != TensorElementType.U8 || entry.Shape is not [> 0, var height, var width, RgbImage.Channels] || height != width)
        {
            throw new InvalidWeightsException(path, $"'{TensorName}' is {entry.ElementType} {entry.ShapeText}; expected is U8 (count, size, size, 3)");
        }

        if (entry.ByteLength > Array.MaxLength)
        {
            throw new InvalidWeightsException(path, $"'{TensorName}' has {entry.ByteLength} bytes; accepted are up to {Array.MaxLength}");
        }

        byte[] pixels = new byte[entry.ByteLength];
        file.CopyTo(TensorName, pixels);
        return new ImageSet(pixels, (int)entry.Shape[0], (int)height);
    }

    /// <summary>One image.</summary>
    public RgbImage Image(int index) => new(Size, Size, _pixels.AsSpan(index * ImageBytes, ImageBytes).ToArray());

    /// <summary>The same images at a lower resolution, by the degradation that super-resolution undoes.</summary>
    public ImageSet Downscaled(int size)
    {
        byte[] pixels = new byte[(long)Count * size * size * RgbImage.Channels];
        int bytes = size * size * RgbImage.Channels;
        Parallel.For(0, Count, index => BicubicResizer.Resize(Image(index), size, size).Pixels.CopyTo(pixels.AsSpan(index * bytes, bytes)));
        return new ImageSet(pixels, Count, size);
    }

    /// <summary>Levels of some images, uint8 (B, 3, size, size).</summary>
    public Tensor Levels(ReadOnlySpan<int> indices)
    {
        Tensor levels = empty([indices.Length, Size, Size, RgbImage.Channels], dtype: ScalarType.Byte);
        Span<byte> bytes = MemoryMarshal.AsBytes(levels.bytes);
        for (int row = 0; row < indices.Length; row++)
        {
            _pixels.AsSpan(indices[row] * ImageBytes, ImageBytes).CopyTo(bytes[(row * ImageBytes)..]);
        }

        return levels.permute(0, 3, 1, 2);
    }
}
