using System.Buffers;
using System.Numerics;

namespace Cvdvae.Imaging;

/// <summary>
/// Antialiased bicubic resizing with the numbers of MATLAB's <c>imresize</c>: the degradation that the low-resolution encoders are
/// trained for. The dimension that shrinks more goes first, rows first when both are scaled alike.
/// </summary>
public static class BicubicResizer
{
    /// <summary>Resizes 8-bit pixels; the result of each of the two passes is rounded half to even and clamped to 0..255.</summary>
    /// <param name="image">The image to resize.</param>
    /// <param name="width">Columns of the result, at least 1.</param>
    /// <param name="height">Rows of the result, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1.</exception>
    public static RgbImage Resize(RgbImage image, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(image);
        var result = new RgbImage(width, height);
        int length = image.Pixels.Length;
        double[] levels = ArrayPool<double>.Shared.Rent(length);
        double[] resized = ArrayPool<double>.Shared.Rent(result.Pixels.Length);
        try
        {
            for (int i = 0; i < length; i++)
            {
                levels[i] = image.Pixels[i];
            }

            Span<double> output = resized.AsSpan(0, result.Pixels.Length);
            var size = new PlaneSize(image.Width, image.Height);
            Resize<double>(levels.AsSpan(0, length), size, output, new(width, height), RgbImage.Channels, RoundToLevels);
            for (int i = 0; i < output.Length; i++)
            {
                result.Pixels[i] = (byte)output[i];
            }
        }
        finally
        {
            ArrayPool<double>.Shared.Return(levels);
            ArrayPool<double>.Shared.Return(resized);
        }

        return result;
    }

    /// <summary>Resizes one plane of real numbers, without rounding or clamping.</summary>
    /// <param name="plane">(size.Height, size.Width) values.</param>
    /// <param name="size">Size of <paramref name="plane"/>.</param>
    /// <param name="destination">Receives (newSize.Height, newSize.Width) values.</param>
    /// <param name="newSize">Size of the result.</param>
    /// <exception cref="ArgumentException">A span's length is not its size's area.</exception>
    public static void Resize(ReadOnlySpan<double> plane, PlaneSize size, Span<double> destination, PlaneSize newSize) =>
        Resize(plane, size, destination, newSize, channels: 1, afterPass: null);

    /// <inheritdoc cref="Resize(ReadOnlySpan{double}, PlaneSize, Span{double}, PlaneSize)"/>
    public static void Resize(ReadOnlySpan<float> plane, PlaneSize size, Span<float> destination, PlaneSize newSize) =>
        Resize(plane, size, destination, newSize, channels: 1, afterPass: null);

    /// <summary>The resize of a line as a dense matrix: (to, from) weights, every row of which sums to 1.</summary>
    /// <param name="from">Samples of the line, at least 1.</param>
    /// <param name="to">Samples of the result, at least 1.</param>
    public static double[,] Matrix(int from, int to) => BicubicKernel.Dense(from, to);

    private static void Resize<T>(
        ReadOnlySpan<T> source, PlaneSize size, Span<T> destination, PlaneSize newSize, int channels, Action<Span<T>>? afterPass)
        where T : struct, INumber<T>
    {
        size.RequireLength(source.Length, channels, nameof(source));
        newSize.RequireLength(destination.Length, channels, nameof(destination));
        BandMatrix rows = BicubicKernel.Band(size.Height, newSize.Height);
        BandMatrix columns = BicubicKernel.Band(size.Width, newSize.Width);

        // newHeight / height <= newWidth / width, in whole numbers.
        bool rowsFirst = (long)newSize.Height * size.Width <= (long)newSize.Width * size.Height;
        int between = rowsFirst ? newSize.Height * size.Width : size.Height * newSize.Width;
        T[] buffer = ArrayPool<T>.Shared.Rent(between * channels);
        Span<T> middle = buffer.AsSpan(0, between * channels);
        if (rowsFirst)
        {
            rows.CombineLines(source, middle, size.Width * channels);
            afterPass?.Invoke(middle);
            columns.CombineSamples(middle, destination, newSize.Height, channels);
        }
        else
        {
            columns.CombineSamples(source, middle, size.Height, channels);
            afterPass?.Invoke(middle);
            rows.CombineLines(middle, destination, newSize.Width * channels);
        }

        afterPass?.Invoke(destination);
        ArrayPool<T>.Shared.Return(buffer);
    }

    private static void RoundToLevels(Span<double> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Math.Round(Math.Clamp(values[i], 0, 255));
        }
    }
}
