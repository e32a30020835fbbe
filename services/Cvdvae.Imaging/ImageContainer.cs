using System.Buffers.Binary;

namespace Cvdvae.Imaging;

/// <summary>What the outer structure of an image file tells without decoding it.</summary>
internal static class ImageContainer
{
    private const int PngChunkOverhead = 12;
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
    /// Whether the file is as long as its structure says. Decoders accept a PNG or WebP whose last bytes are missing; for JPEG, which
    /// has no lengths, the decoder itself notices.
    /// </summary>
    public static bool IsComplete(ReadOnlySpan<byte> data, ImageEncoding encoding) => encoding switch
    {
        ImageEncoding.Png => HasPngEnd(data),
        ImageEncoding.Webp => data.Length >= 8L + BinaryPrimitives.ReadUInt32LittleEndian(data[4..]),
        _ => true,
    };

    /// <summary>Whether a PNG has 16 bits a channel.</summary>
    public static bool IsDeepPng(ReadOnlySpan<byte> data, ImageEncoding encoding) =>
        encoding == ImageEncoding.Png && data.Length > PngBitDepthOffset && data[PngBitDepthOffset] == 16;

    private static bool HasPngEnd(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> rest = data[PngSignature.Length..];
        while (rest.Length >= PngChunkOverhead)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length > (uint)(rest.Length - PngChunkOverhead))
            {
                return false;
            }

            if (rest[4..].StartsWith("IEND"u8))
            {
                return true;
            }

            rest = rest[(PngChunkOverhead + (int)length)..];
        }

        return false;
    }
}
