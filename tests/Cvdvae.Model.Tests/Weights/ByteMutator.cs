using System.Buffers.Binary;

namespace Cvdvae.Model.Tests.Weights;

/// <summary>Changes bytes as a fuzzer does. The same seed gives the same changes.</summary>
internal sealed class ByteMutator(int seed)
{
    private const int MaxChanges = 6;

    private static readonly byte[] InterestingBytes = [0, 1, 2, 3, 4, 8, 0x7f, 0x80, 0xfe, 0xff, .. "(.0)}]tuesbRQXKMJqhrcN\"{[,-"u8];

    private static readonly long[] InterestingNumbers =
    [
        0, 1, -1, 2, 127, 128, 255, 256, 65535, 65536, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32, 1L << 40,
        long.MaxValue, long.MinValue,
    ];

    // Deterministic on purpose: a failing input has to come again.
    private readonly Random _random = new(seed);

    public int Next(int count) => _random.Next(count);

    /// <summary>A changed copy; parts of <paramref name="other"/> may be spliced in.</summary>
    public byte[] Mutate(byte[] input, byte[] other)
    {
        byte[] output = (byte[])input.Clone();

        // One change alone gets deepest into a reader.
        int changes = _random.Next(2) == 0 ? 1 : 1 + _random.Next(MaxChanges);
        for (int change = 0; change < changes && output.Length > 0; change++)
        {
            output = MutateOnce(output, other);
        }

        return output;
    }

    private byte[] MutateOnce(byte[] bytes, byte[] other)
    {
        int position = _random.Next(bytes.Length);
        switch (_random.Next(8))
        {
            case 0:
                bytes[position] ^= (byte)(1 << _random.Next(8));
                return bytes;
            case 1:
                bytes[position] = (byte)_random.Next(256);
                return bytes;
            case 2:
                bytes[position] = InterestingBytes[_random.Next(InterestingBytes.Length)];
                return bytes;
            case 3:
                return SetNumber(bytes, position);
            case 4:
                return bytes[..position];
            case 5:
                return Replace(bytes, position, 0, Part(bytes)); // duplicates a range
            case 6:
                return Replace(bytes, position, _random.Next(Math.Min(64, bytes.Length - position) + 1), []);
            default:
                return Replace(bytes, position, _random.Next(Math.Min(64, bytes.Length - position) + 1), Part(other));
        }
    }

    private byte[] SetNumber(byte[] bytes, int position)
    {
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(number, InterestingNumbers[_random.Next(InterestingNumbers.Length)]);
        int length = Math.Min(1 << _random.Next(4), bytes.Length - position);
        number[..length].CopyTo(bytes.AsSpan(position));
        return bytes;
    }

    private ReadOnlySpan<byte> Part(byte[] bytes)
    {
        int begin = _random.Next(bytes.Length);
        return bytes.AsSpan(begin, _random.Next(Math.Min(256, bytes.Length - begin) + 1));
    }

    private static byte[] Replace(byte[] bytes, int position, int length, ReadOnlySpan<byte> by) =>
        [.. bytes.AsSpan(0, position), .. by, .. bytes.AsSpan(position + length)];
}
