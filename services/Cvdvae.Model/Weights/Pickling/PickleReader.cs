using System.Buffers.Binary;
using Cvdvae.Model.Weights.Bytes;
using TextEncoding = System.Text.Encoding;

namespace Cvdvae.Model.Weights.Pickling;

/// <summary>Reads forward through a range of a file, never allocating more than the file has left.</summary>
internal sealed class PickleReader
{
    /// <summary>Globals and text numbers are lines; no real one comes near this.</summary>
    private const int MaxLineBytes = 1024;

    private const int WindowBytes = 16 * 1024;

    private readonly IByteSource _source;
    private readonly long _end;
    private readonly byte[] _window;
    private long _windowStart;
    private int _windowCount;
    private int _next;

    public PickleReader(IByteSource source, long begin, long length)
    {
        _source = source;
        _end = begin + length;
        _windowStart = begin;
        _window = new byte[Math.Min(length, WindowBytes)];
    }

    public string Origin => _source.Origin;

    /// <summary>The offset in the file of the next byte.</summary>
    public long Position => _windowStart + _next;

    public long Remaining => _end - Position;

    public byte ReadByte()
    {
        if (_next == _windowCount)
        {
            Fill();
        }

        return _window[_next++];
    }

    public int ReadUInt16() => ReadByte() | (ReadByte() << 8);

    public uint ReadUInt32() => (uint)(ReadUInt16() | (ReadUInt16() << 16));

    public ulong ReadUInt64() => ReadUInt32() | ((ulong)ReadUInt32() << 32);

    public double ReadBigEndianDouble() => BinaryPrimitives.ReadDoubleBigEndian(ReadBytes(sizeof(double)));

    public byte[] ReadBytes(ulong length)
    {
        Require(length);
        byte[] bytes = new byte[length];
        _source.Read(Position, bytes);
        MoveTo(Position + bytes.Length);
        return bytes;
    }

    /// <summary>UTF-8, as Python 3 writes text; what is not becomes U+FFFD.</summary>
    public string ReadText(ulong length)
    {
        Require(length);
        if (length > (ulong)(_windowCount - _next))
        {
            return TextEncoding.UTF8.GetString(ReadBytes(length));
        }

        string text = TextEncoding.UTF8.GetString(_window, _next, (int)length);
        _next += (int)length;
        return text;
    }

    public void Skip(ulong length)
    {
        Require(length);
        MoveTo(Position + (long)length);
    }

    /// <summary>The text up to the next line feed.</summary>
    public string ReadLine()
    {
        Span<byte> line = stackalloc byte[MaxLineBytes];
        for (int count = 0; count < MaxLineBytes; count++)
        {
            byte value = ReadByte();
            if (value == (byte)'\n')
            {
                return TextEncoding.UTF8.GetString(line[..count]);
            }

            line[count] = value;
        }

        throw Invalid($"has a line over {MaxLineBytes} bytes");
    }

    public InvalidWeightsException Invalid(string problem) => new(Origin, $"the pickle, near byte {Position}, {problem}");

    /// <summary>Refuses a declared length that the input does not back.</summary>
    public void Require(ulong length)
    {
        if (length > (ulong)Remaining)
        {
            throw Invalid($"declares {length} bytes, and {Remaining} are left");
        }
    }

    private void MoveTo(long position)
    {
        if (position <= _windowStart + _windowCount)
        {
            _next = (int)(position - _windowStart);
            return;
        }

        _windowStart = position;
        _windowCount = 0;
        _next = 0;
    }

    private void Fill()
    {
        Require(1);
        _windowStart = Position;
        _next = 0;
        _windowCount = (int)Math.Min(_window.Length, _end - _windowStart);
        _source.Read(_windowStart, _window.AsSpan(0, _windowCount));
    }
}
