namespace Cvdvae.Imaging;

/// <summary>Shrinks by a whole factor: every result is the mean of a square block.</summary>
public static class AreaDownsample
{
    /// <summary>Shrinks 8-bit pixels; means are rounded half to even.</summary>
    /// <param name="image">Both sides must be multiples of <paramref name="factor"/>.</param>
    /// <param name="factor">Side of a block, at least 1.</param>
    /// <exception cref="ArgumentException">A side is not a multiple of <paramref name="factor"/>.</exception>
    public static RgbImage Apply(RgbImage image, int factor)
    {
        ArgumentNullException.ThrowIfNull(image);
        RequireMultiple(image.Width, image.Height, factor);
        var result = new RgbImage(image.Width / factor, image.Height / factor);
        int[] sums = new int[result.Width * RgbImage.Channels];
        double share = (double)factor * factor;
        for (int y = 0; y < result.Height; y++)
        {
            Array.Clear(sums);
            for (int line = 0; line < factor; line++)
            {
                ReadOnlySpan<byte> row = image.Row((y * factor) + line);
                for (int i = 0; i < row.Length; i++)
                {
                    int pixel = i / RgbImage.Channels;
                    sums[(pixel / factor * RgbImage.Channels) + i - (pixel * RgbImage.Channels)] += row[i];
                }
            }

            Span<byte> target = result.Row(y);
            for (int i = 0; i < sums.Length; i++)
            {
                target[i] = (byte)Math.Round(sums[i] / share);
            }
        }

        return result;
    }

    /// <summary>Shrinks planes of real numbers.</summary>
    /// <param name="planes">(planes, size.Height, size.Width) values: any number of planes.</param>
    /// <param name="size">Size of a plane; both sides must be multiples of <paramref name="factor"/>.</param>
    /// <param name="factor">Side of a block, at least 1.</param>
    /// <returns>(planes, size.Height / factor, size.Width / factor) means.</returns>
    /// <exception cref="ArgumentException">
    /// A side is not a multiple of <paramref name="factor"/>, or the values are not whole planes.
    /// </exception>
    public static float[] Apply(ReadOnlySpan<float> planes, PlaneSize size, int factor)
    {
        RequireMultiple(size.Width, size.Height, factor);
        if (planes.Length % size.Area != 0)
        {
            throw new ArgumentException($"{planes.Length} values are not a whole number of {size} planes.", nameof(planes));
        }

        // Planes follow each other, so all their rows make one tall plane.
        int width = size.Width / factor;
        float[] result = new float[planes.Length / factor / factor];
        double[] sums = new double[width];
        double share = (double)factor * factor;
        for (int y = 0; y < result.Length / width; y++)
        {
            Array.Clear(sums);
            for (int line = 0; line < factor; line++)
            {
                ReadOnlySpan<float> row = planes.Slice(((y * factor) + line) * size.Width, size.Width);
                for (int x = 0; x < row.Length; x++)
                {
                    sums[x / factor] += row[x];
                }
            }

            for (int x = 0; x < width; x++)
            {
                result[(y * width) + x] = (float)(sums[x] / share);
            }
        }

        return result;
    }

    private static void RequireMultiple(int width, int height, int factor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(factor, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (width % factor != 0 || height % factor != 0)
        {
            throw new ArgumentException($"Both sides of {width}x{height} must be multiples of {factor}.", nameof(factor));
        }
    }
}
