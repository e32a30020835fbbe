using System.Buffers.Binary;

namespace Cvdvae.Imaging;

/// <summary>The segments before the coded pixels of a JPEG, one after the other, to the first that does not end within the file.</summary>
internal ref struct JpegSegments(ReadOnlySpan<byte> data)
{
    private const byte Prefix = 0xFF;
    private const byte StartOfScan = 0xDA;
    private const byte EndOfImage = 0xD9;

    private readonly ReadOnlySpan<byte> _data = data;
    private int _next = 2;

    /// <summary>The second byte of its mark.</summary>
    public byte Marker { get; private set; }

    /// <summary>What is in it.</summary>
    public ReadOnlySpan<byte> Body { get; private set; }

    /// <summary>Goes to the next; false where there is none.</summary>
    public bool MoveNext()
    {
        // A mark may have more than one 0xFF before it.
        while (_data.Length - _next >= 4 && _data[_next] == Prefix && _data[_next + 1] == Prefix)
        {
            _next++;
        }

        if (_data.Length - _next < 4 || _data[_next] != Prefix)
        {
            return false;
        }

        Marker = _data[_next + 1];
        int length = BinaryPrimitives.ReadUInt16BigEndian(_data[(_next + 2)..]);
        if (Marker is StartOfScan or EndOfImage || length < 2 || length > _data.Length - _next - 2)
        {
            return false;
        }

        Body = _data.Slice(_next + 4, length - 2);
        _next += 2 + length;
        return true;
    }
}
