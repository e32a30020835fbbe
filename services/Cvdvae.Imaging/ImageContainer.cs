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
    /// Whether the file goes on to the end that its structure asks for. Decoders are content without the last bytes, or without the
    /// later scans of a progressive JPEG.
    /// </summary>
    public static bool IsComplete(ReadOnlySpan<byte> data, ImageEncoding encoding) => encoding switch
    {
        ImageEncoding.Png => HasPngEnd(data),
        ImageEncoding.Jpeg => HasJpegEnd(data),
        _ => data.Length >= 8L + BinaryPrimitives.ReadUInt32LittleEndian(data[4..]),
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

    private static bool HasJpegEnd(ReadOnlySpan<byte> data)
    {
        const byte Prefix = 0xFF;
        const byte EndOfImage = 0xD9;
        int position = 2;
        while (data[position..].IndexOf(Prefix) is int skipped and >= 0)
        {
            // Between segments only fill bytes are skipped here; after a scan's header, its entropy-coded data.
            position += skipped + 1;
            byte marker = position < data.Length ? data[position] : (byte)0;
            if (marker == EndOfImage)
            {
                return true;
            }

            // An escaped or filling 0xFF, a restart marker or another marker without a length says nothing about what follows.
            if (marker is 0 or 0x01 or Prefix or (>= 0xD0 and <= 0xD8))
            {
                continue;
            }

            if (data.Length - position < 3)
            {
                return false;
            }

            position += 1 + BinaryPrimitives.ReadUInt16BigEndian(data[(position + 1)..]);
            if (position > data.Length)
            {
                return false;
            }
        }

        return false;
    }
}
