using System.Buffers.Binary;

namespace Cvdvae.Imaging;

/// <summary>Writes the checksums of a PNG's chunks anew, where one is wrong: programs that change a file often forget them.</summary>
internal static class PngChecksums
{
    private const int SignatureBytes = 8;
    private const int Overhead = 12;
    private static readonly uint[] s_table = [.. Enumerable.Range(0, 256).Select(i => Entry((uint)i))];

    /// <summary>Whether there was a wrong one.</summary>
    public static bool Repair(Span<byte> data)
    {
        bool repaired = false;
        int position = SignatureBytes;
        while (data.Length - position >= Overhead)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(data[position..]);
            if (length > (uint)(data.Length - position - Overhead))
            {
                break;
            }

            int end = position + 8 + (int)length;
            uint right = Sum(data[(position + 4)..end]);
            if (right != BinaryPrimitives.ReadUInt32BigEndian(data[end..]))
            {
                repaired = true;
                BinaryPrimitives.WriteUInt32BigEndian(data[end..], right);
            }

            position = end + 4;
        }

        return repaired;
    }

    private static uint Sum(ReadOnlySpan<byte> data)
    {
        uint sum = uint.MaxValue;
        foreach (byte value in data)
        {
            sum = (sum >> 8) ^ s_table[(byte)(sum ^ value)];
        }

        return ~sum;
    }

    private static uint Entry(uint value)
    {
        for (int bit = 0; bit < 8; bit++)
        {
            value = (value & 1) != 0 ? (value >> 1) ^ 0xEDB88320 : value >> 1;
        }

        return value;
    }
}
