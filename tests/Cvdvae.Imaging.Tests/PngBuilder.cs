using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Cvdvae.Imaging.Tests;

/// <summary>Writes PNG files of every kind by hand, so that the decoder is not tested against its own encoder.</summary>
internal static class PngBuilder
{
    public const byte Grey = 0;
    public const byte Rgb = 2;
    public const byte Palette = 3;
    public const byte GreyAlpha = 4;
    public const byte Rgba = 6;

    // rows: packed samples, without the filter byte. ancillary: chunks between the header and the pixels (PLTE, tRNS, gAMA, ...).
    public static byte[] Build(
        int width,
        int height,
        byte depth,
        byte colorType,
        byte[][] rows,
        bool interlaced = false,
        params (string Type, byte[] Data)[] ancillary) =>
        Build(width, height, depth, colorType, rows, CompressionLevel.Fastest, interlaced, ancillary);

    public static byte[] Build(
        int width,
        int height,
        byte depth,
        byte colorType,
        byte[][] rows,
        CompressionLevel level,
        bool interlaced = false,
        params (string Type, byte[] Data)[] ancillary)
    {
        using var raw = new MemoryStream();
        using (var zlib = new ZLibStream(raw, level, leaveOpen: true))
        {
            foreach (byte[] row in rows)
            {
                zlib.WriteByte(0);
                zlib.Write(row);
            }
        }

        return
        [
            0x89, .. "PNG\r\n\x1a\n"u8,
            .. Chunk("IHDR", Header(width, height, depth, colorType, interlaced)),
            .. ancillary.SelectMany(chunk => Chunk(chunk.Type, chunk.Data)),
            .. Chunk("IDAT", raw.ToArray()),
            .. Chunk("IEND", []),
        ];
    }

    public static byte[] Of(RgbImage image, params (string Type, byte[] Data)[] ancillary) =>
        Build(image.Width, image.Height, 8, Rgb, [.. image.Pixels.Chunk(3 * image.Width)], false, ancillary);

    /// <summary>The seven passes of Adam7, each a smaller image.</summary>
    public static byte[] Interlaced(RgbImage image)
    {
        (int X, int Y, int StepX, int StepY)[] passes =
            [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
        var rows = new List<byte[]>();
        foreach ((int startX, int startY, int stepX, int stepY) in passes)
        {
            for (int y = startY; y < image.Height && startX < image.Width; y += stepY)
            {
                var row = new List<byte>();
                for (int x = startX; x < image.Width; x += stepX)
                {
                    row.AddRange([image[x, y].Red, image[x, y].Green, image[x, y].Blue]);
                }

                rows.Add([.. row]);
            }
        }

        return Build(image.Width, image.Height, 8, Rgb, [.. rows], interlaced: true);
    }

    /// <summary>Only the signature and a header: what a decoder sees of a decompression bomb.</summary>
    public static byte[] HeaderOf(int width, int height) =>
    [
        0x89, .. "PNG\r\n\x1a\n"u8, .. Chunk("IHDR", Header(width, height, 8, Rgb, false)),
        .. Chunk("IDAT", [0x78, 1]), .. Chunk("IEND", []),
    ];

    private static byte[] Header(int width, int height, byte depth, byte colorType, bool interlaced)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = (depth, colorType, (byte)(interlaced ? 1 : 0));
        return header;
    }

    public static byte[] Chunk(string type, byte[] data)
    {
        byte[] chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        Encoding.ASCII.GetBytes(type, chunk.AsSpan(4));
        data.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc32(chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }

    private static uint Crc32(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }

        return ~crc;
    }
}
