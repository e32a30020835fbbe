using System.Buffers.Binary;

namespace Cvdvae.Imaging;

/// <summary>The chunks of a WebP, one after the other; the last may end after the file.</summary>
internal ref struct WebpChunks(ReadOnlySpan<byte> data)
{
    private const int HeaderBytes = 12;
    private const int Overhead = 8;

    private readonly ReadOnlySpan<byte> _data = data;
    private long _next = HeaderBytes;

    /// <summary>What it is, four letters.</summary>
    public ReadOnlySpan<byte> Type { get; private set; }

    /// <summary>What is in it; empty where it is not whole.</summary>
    public ReadOnlySpan<byte> Body { get; private set; }

    /// <summary>Whether it ends within the file.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Goes to the next; false where there is none.</summary>
    public bool MoveNext()
    {
        if (_data.Length - _next < Overhead)
        {
            return false;
        }

        ReadOnlySpan<byte> chunk = _data[(int)_next..];
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
        Type = chunk[..4];
        IsWhole = length <= (uint)(chunk.Length - Overhead);
        Body = IsWhole ? chunk.Slice(Overhead, (int)length) : [];
        _next += Overhead + length + (length & 1);
        return true;
    }
}
