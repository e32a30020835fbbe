using System.Buffers.Binary;
using SkiaSharp;

namespace Cvdvae.Imaging;

/// <summary>
/// The orientation in a file's EXIF data. The decoder's own reading knows neither the eXIf chunk of PNG nor a number of type LONG.
/// </summary>
internal static class ExifOrientation
{
    private const ushort OrientationTag = 0x0112;
    private const ushort TypeShort = 3;
    private const ushort TypeLong = 4;
    private const int EntryBytes = 12;

    private static ReadOnlySpan<byte> JpegPrefix => "Exif\0\0"u8;

    /// <summary>The orientation, 1 to 8; null where none of those is told.</summary>
    public static SKEncodedOrigin? Read(ReadOnlySpan<byte> data, ImageEncoding encoding)
    {
        ReadOnlySpan<byte> exif = encoding switch
        {
            ImageEncoding.Png => FindPng(data),
            ImageEncoding.Jpeg => FindJpeg(data),
            _ => FindWebp(data),
        };
        return ReadTiff(exif.StartsWith(JpegPrefix) ? exif[JpegPrefix.Length..] : exif);
    }

    private static ReadOnlySpan<byte> FindPng(ReadOnlySpan<byte> data)
    {
        // Before or after the pixels: some programs append it.
        var chunks = new PngChunks(data);
        while (chunks.MoveNext())
        {
            if (chunks.IsWhole && chunks.Type.SequenceEqual("eXIf"u8))
            {
                return chunks.Body;
            }
        }

        return [];
    }

    private static ReadOnlySpan<byte> FindJpeg(ReadOnlySpan<byte> data)
    {
        var segments = new JpegSegments(data);
        while (segments.MoveNext())
        {
            if (segments.Marker == 0xE1 && segments.Body.StartsWith(JpegPrefix))
            {
                return segments.Body;
            }
        }

        return [];
    }

    private static ReadOnlySpan<byte> FindWebp(ReadOnlySpan<byte> data)
    {
        var chunks = new WebpChunks(data);
        while (chunks.MoveNext())
        {
            if (chunks.IsWhole && chunks.Type.SequenceEqual("EXIF"u8))
            {
                return chunks.Body;
            }
        }

        return [];
    }

    private static SKEncodedOrigin? ReadTiff(ReadOnlySpan<byte> tiff)
    {
        bool little = tiff.StartsWith("II*\0"u8);
        if (tiff.Length < 8 || (!little && !tiff.StartsWith("MM\0*"u8)))
        {
            return null;
        }

        uint directory = ReadLong(tiff[4..], little);
        if (directory > (uint)(tiff.Length - 2))
        {
            return null;
        }

        ReadOnlySpan<byte> entries = tiff[((int)directory + 2)..];
        int count = Math.Min(ReadShort(tiff[(int)directory..], little), entries.Length / EntryBytes);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = entries.Slice(i * EntryBytes, EntryBytes);
            if (ReadShort(entry, little) == OrientationTag)
            {
                uint value = ReadShort(entry[2..], little) switch
                {
                    TypeShort => ReadShort(entry[8..], little),
                    TypeLong => ReadLong(entry[8..], little),
                    _ => 0,
                };
                return value is >= 1 and <= 8 ? (SKEncodedOrigin)value : null;
            }
        }

        return null;
    }

    private static ushort ReadShort(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint ReadLong(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
