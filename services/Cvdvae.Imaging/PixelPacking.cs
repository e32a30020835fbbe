using System.Runtime.InteropServices;

namespace Cvdvae.Imaging;

/// <summary>Converts between RGB bytes and the four-channel pixels of the codec.</summary>
internal static class PixelPacking
{
    private const int White = 255;

    /// <summary>RGB to RGBX.</summary>
    public static void SpreadRgb(ReadOnlySpan<byte> rgb, Span<byte> rgbx)
    {
        for ((int from, int to) = (0, 0); from < rgb.Length; from += 3, to += 4)
        {
            rgbx[to] = rgb[from];
            rgbx[to + 1] = rgb[from + 1];
            rgbx[to + 2] = rgb[from + 2];
            rgbx[to + 3] = byte.MaxValue;
        }
    }

    /// <summary>RGBA with independent alpha, over white, to RGB.</summary>
    public static void FlattenRgba(ReadOnlySpan<byte> rgba, Span<byte> rgb)
    {
        for ((int from, int to) = (0, 0); to < rgb.Length; from += 4, to += 3)
        {
            int alpha = rgba[from + 3];
            for (int channel = 0; channel < 3; channel++)
            {
                int level = rgba[from + channel];
                rgb[to + channel] = alpha == byte.MaxValue ? (byte)level : OverWhite(level, alpha);
            }
        }
    }

    /// <summary>RGBA in half floats of 0..1 with independent alpha, over white, to RGB.</summary>
    public static void FlattenHalfRgba(ReadOnlySpan<byte> rgba, Span<byte> rgb)
    {
        ReadOnlySpan<Half> values = MemoryMarshal.Cast<byte, Half>(rgba);
        for ((int from, int to) = (0, 0); to < rgb.Length; from += 4, to += 3)
        {
            float alpha = (float)values[from + 3];
            for (int channel = 0; channel < 3; channel++)
            {
                rgb[to + channel] = PlanarLayout.ToByte(White * (((float)values[from + channel] * alpha) + (1 - alpha)));
            }
        }
    }

    private static byte OverWhite(int level, int alpha) => (byte)(((level * alpha) + (White * (255 - alpha)) + 127) / 255);
}
