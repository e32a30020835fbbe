using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Cvdvae.Client;

/// <summary>Writes the pixels of raw images as a file that programs can open.</summary>
internal static class PngFile
{
    private const int Channels = 3;
    private const int BitsPerChannel = 8;
    private const int TrueColour = 2;
    private const uint Polynomial = 0xEDB88320; // of the CRC-32 that PNG has

    private static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    /// <summary>A PNG of rows of 8-bit RGB.</summary>
    /// <exception cref="InvalidDataException">The bytes are not so many pixels.</exception>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int width, int height)
    {
        if (pixels.IsEmpty || pixels.Length != (long)width * height * Channels)
        {
            throw new InvalidDataException($"the server's image has {pixels.Length} bytes, which is not {width}x{height} pixels of RGB");
        }

        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (BitsPerChannel, TrueColour);
        using var file = new MemoryStream();
        file.Write(Signature);
        Write(file, "IHDR", header);
        Write(file, "IDAT", Compress(pixels, width * Channels));
        Write(file, "IEND", []);
        return file.ToArray();
    }

    private static byte[] Compress(ReadOnlySpan<byte> pixels, int row)
    {
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.Fastest))
        {
            for (int start = 0; start < pixels.Length; start += row)
            {
                zlib.WriteByte(0); // no filter
                zlib.Write(pixels.Slice(start, row));
            }
        }

        return data.ToArray();
    }

    private static void Write(MemoryStream file, string type, byte[] data)
    {
        Span<byte> number = stackalloc byte[4];
        byte[] chunk = [.. Encoding.ASCII.GetBytes(type), .. data];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(chunk);
        BinaryPrimitives.WriteUInt32BigEndian(number, Checksum(chunk));
        file.Write(number);
    }

    private static uint Checksum(byte[] bytes)
    {
        uint sum = uint.MaxValue;
        foreach (byte next in bytes)
        {
            sum ^= next;
            for (int bit = 0; bit < 8; bit++)
            {
                sum = (sum >> 1) ^ (Polynomial & (0 - (sum & 1)));
            }
        }

        return ~sum;
    }
}
