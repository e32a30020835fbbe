using System.Buffers.Binary;

namespace Cvdvae.Imaging;

/// <summary>Writes the checksums of a PNG's chunks anew, where one is wrong: programs that change a file often forget them.</summary>
internal static class PngChecksums
{
    private static readonly uint[] s_table = [.. Enumerable.Range(0, 256).Select(i => Entry((uint)i))];

    /// <summary>Whether there was a wrong one.</summary>
    public static bool Repair(Span<byte> data)
    {
        bool repaired = false;
        var chunks = new PngChunks(data);
        while (chunks.MoveNext() && chunks.IsWhole)
        {
            int end = chunks.TypePosition + 4 + chunks.Body.Length;
            uint right = Sum(data[chunks.TypePosition..end]);
            if (right != BinaryPrimitives.ReadUInt32BigEndian(data[end..]))
            {
                repaired = true;
                BinaryPrimitives.WriteUInt32BigEndian(data[end..], right);
            }
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
