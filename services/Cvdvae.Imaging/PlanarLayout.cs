using System.Numerics;

namespace Cvdvae.Imaging;

/// <summary>Moves levels between RGB pixels and three planes, (3, H, W).</summary>
internal static class PlanarLayout
{
    public static void RequireLength(int length, int width, int height)
    {
        long expected = (long)width * height * RgbImage.Channels;
        if (length != expected)
        {
            throw new ArgumentException($"3 planes of {width}x{height} are {expected} values, not {length}.");
        }
    }

    public static void Deinterleave<T>(ReadOnlySpan<byte> pixels, Span<T> planes)
        where T : struct, INumberBase<T>
    {
        int area = planes.Length / RgbImage.Channels;
        for (int channel = 0; channel < RgbImage.Channels; channel++)
        {
            Span<T> plane = planes.Slice(channel * area, area);
            for (int i = 0; i < plane.Length; i++)
            {
                plane[i] = T.CreateTruncating(pixels[(RgbImage.Channels * i) + channel]);
            }
        }
    }

    public static void Interleave<T>(ReadOnlySpan<T> planes, Span<byte> pixels)
        where T : struct, IFloatingPointIeee754<T>
    {
        int area = planes.Length / RgbImage.Channels;
        for (int channel = 0; channel < RgbImage.Channels; channel++)
        {
            ReadOnlySpan<T> plane = planes.Slice(channel * area, area);
            for (int i = 0; i < plane.Length; i++)
            {
                pixels[(RgbImage.Channels * i) + channel] = ToByte(plane[i]);
            }
        }
    }

    /// <summary>Rounds half to even; saturates, and takes "not a number" to 0.</summary>
    public static byte ToByte<T>(T value)
        where T : struct, IFloatingPointIeee754<T> => byte.CreateSaturating(T.Round(value));
}
