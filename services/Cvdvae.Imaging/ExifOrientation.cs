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
        int position = 8;
        while (data.Length - position >= 12)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(data[position..]);
            if (length > (uint)(data.Length - position - 12))
            {
                break;
            }

            if (data[(position + 4)..].StartsWith("eXIf"u8))
            {
                return data.Slice(position + 8, (int)length);
            }

            position += 12 + (int)length;
        }

        return [];
    }

    private static ReadOnlySpan<byte> FindJpeg(ReadOnlySpan<byte> data)
    {
        int position = 2;
        while (data.Length - position >= 4 && data[position] == 0xFF)
        {
            byte marker = data[position + 1];
            if (marker == 0xFF)
            {
                position++;
                continue;
            }

            int length = BinaryPrimitives.ReadUInt16BigEndian(data[(position + 2)..]);
            if (marker is 0xDA or 0xD9 || length < 2 || length > data.Length - position - 2)
            {
                break;
            }

            ReadOnlySpan<byte> body = data.Slice(position + 4, length - 2);
            if (marker == 0xE1 && body.StartsWith(JpegPrefix))
            {
                return body;
            }

            position += 2 + length;
        }

        return [];
    }

    private static ReadOnlySpan<byte> FindWebp(ReadOnlySpan<byte> data)
    {
        long position = 12;
        while (data.Length - position >= 8)
        {
            ReadOnlySpan<byte> chunk = data[(int)position..];
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (length > (uint)(chunk.Length - 8))
            {
                break;
            }

            if (chunk.StartsWith("EXIF"u8))
            {
                return chunk.Slice(8, (int)length);
            }

            position += 8L + length + (length & 1);
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
