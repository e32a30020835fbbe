using System.Buffers.Binary;

namespace Cvdvae.Imaging;

/// <summary>What the outer structure of an image file tells without decoding it.</summary>
internal static class ImageContainer
{
    private const int PngBitDepthOffset = 24;

    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The format by its first bytes; null for anything else than PNG, JPEG and WebP.</summary>
    public static ImageEncoding? Detect(ReadOnlySpan<byte> data)
    {
        if (data.StartsWith(PngSignature))
        {
            return ImageEncoding.Png;
        }

        if (data.StartsWith<byte>([0xFF, 0xD8, 0xFF]))
        {
            return ImageEncoding.Jpeg;
        }

        return data.Length >= 12 && data.StartsWith("RIFF"u8) && data[8..].StartsWith("WEBP"u8) ? ImageEncoding.Webp : null;
    }

    /// <summary>
    /// Whether a WebP goes on to the end that its header tells: its decoder is content with less. PNG and JPEG are judged by their pixels.
    /// </summary>
    public static bool IsComplete(ReadOnlySpan<byte> data, ImageEncoding encoding) =>
        encoding != ImageEncoding.Webp || data.Length >= 8L + BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);

    /// <summary>Whether a PNG has 16 bits a channel.</summary>
    public static bool IsDeepPng(ReadOnlySpan<byte> data, ImageEncoding encoding) =>
        encoding == ImageEncoding.Png && data.Length > PngBitDepthOffset && data[PngBitDepthOffset] == 16;
}
