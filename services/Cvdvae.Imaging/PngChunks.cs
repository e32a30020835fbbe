using System.Buffers.Binary;

namespace Cvdvae.Imaging;

/// <summary>The chunks of a PNG, one after the other, to the first that does not end within the file.</summary>
internal ref struct PngChunks(ReadOnlySpan<byte> data)
{
    private const int SignatureBytes = 8;
    private const int Overhead = 12;

    private readonly ReadOnlySpan<byte> _data = data;
    private int _next = SignatureBytes;

    /// <summary>What it is, four letters.</summary>
    public ReadOnlySpan<byte> Type { get; private set; }

    /// <summary>What is in it; empty where it is not whole.</summary>
    public ReadOnlySpan<byte> Body { get; private set; }

    /// <summary>Where its type begins, with which the sum of its checksum begins too.</summary>
    public int TypePosition { get; private set; }

    /// <summary>Whether it ends within the file, with its checksum.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Goes to the next; false where there is none.</summary>
    public bool MoveNext()
    {
        if (_next < 0 || _data.Length - _next < Overhead)
        {
            return false;
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(_data[_next..]);
        TypePosition = _next + 4;
        Type = _data.Slice(TypePosition, 4);
        IsWhole = length <= (uint)(_data.Length - _next - Overhead);
        Body = IsWhole ? _data.Slice(TypePosition + 4, (int)length) : [];
        _next = IsWhole ? _next + Overhead + (int)length : -1;
        return true;
    }
}
