using System.Buffers.Binary;
using Cvdvae.Model.Weights.Bytes;

namespace Cvdvae.Model.Weights.PyTorch;

/// <summary>The record at the end of a zip file, with what its Zip64 form adds.</summary>
internal readonly record struct ZipEnd(ByteRange Directory, ulong MemberCount)
{
    private const uint EndSignature = 0x06054b50;
    private const uint LocatorSignature = 0x07064b50;
    private const uint End64Signature = 0x06064b50;
    private const int EndBytes = 22;
    private const int LocatorBytes = 20;
    private const int End64Bytes = 56;

    // torch.save writes no comment; other tools' short ones do no harm.
    private const int MaxCommentBytes = 1024;

    public static ZipEnd Find(IByteSource bytes)
    {
        byte[] tail = new byte[Math.Min(bytes.Length, EndBytes + MaxCommentBytes)];
        bytes.Read(bytes.Length - tail.Length, tail);
        for (int index = tail.Length - EndBytes; index >= 0; index--)
        {
            ReadOnlySpan<byte> end = tail.AsSpan(index);
            if (BinaryPrimitives.ReadUInt32LittleEndian(end) == EndSignature
                && BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) == end.Length - EndBytes)
            {
                return Parse(bytes, end, bytes.Length - end.Length);
            }
        }

        throw new InvalidWeightsException(bytes.Origin, "is a zip file whose end is missing: it may be cut short");
    }

    private static ZipEnd Parse(IByteSource bytes, ReadOnlySpan<byte> end, long position)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(end[4..]) != 0)
        {
            throw new InvalidWeightsException(bytes.Origin, "is a zip file of several disks");
        }

        ulong count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
        ulong length = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
        ulong offset = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        return FindEnd64(bytes, position) is { } end64
            ? Parse64(bytes, end64, count, length, offset)
            : Create(bytes, offset, length, count, position);
    }

    /// <summary>The offset of the Zip64 record, if the locator before the end record names one.</summary>
    private static ulong? FindEnd64(IByteSource bytes, long endPosition)
    {
        if (endPosition < LocatorBytes)
        {
            return null;
        }

        Span<byte> locator = stackalloc byte[LocatorBytes];
        bytes.Read(endPosition - LocatorBytes, locator);
        if (BinaryPrimitives.ReadUInt32LittleEndian(locator) != LocatorSignature)
        {
            return null;
        }

        ulong position = BinaryPrimitives.ReadUInt64LittleEndian(locator[8..]);
        return position <= (ulong)endPosition && (ulong)endPosition - position >= LocatorBytes + End64Bytes
            ? position
            : throw Damaged(bytes);
    }

    private static ZipEnd Parse64(IByteSource bytes, ulong position, ulong count, ulong length, ulong offset)
    {
        Span<byte> end = stackalloc byte[End64Bytes];
        bytes.Read((long)position, end);
        ulong count64 = BinaryPrimitives.ReadUInt64LittleEndian(end[32..]);
        ulong length64 = BinaryPrimitives.ReadUInt64LittleEndian(end[40..]);
        ulong offset64 = BinaryPrimitives.ReadUInt64LittleEndian(end[48..]);
        bool isRecord = BinaryPrimitives.ReadUInt32LittleEndian(end) == End64Signature;

        // Readers that know only one of the records must not see another file.
        bool agree = (count == ushort.MaxValue || count == count64)
            && (length == uint.MaxValue || length == length64)
            && (offset == uint.MaxValue || offset == offset64);
        return isRecord && agree ? Create(bytes, offset64, length64, count64, (long)position) : throw Damaged(bytes);
    }

    private static ZipEnd Create(IByteSource bytes, ulong offset, ulong length, ulong count, long limit) =>
        offset <= (ulong)limit && length == (ulong)limit - offset && length <= (ulong)Array.MaxLength
            ? new ZipEnd(new ByteRange((long)offset, (long)length), count)
            : throw Damaged(bytes);

    private static InvalidWeightsException Damaged(IByteSource bytes) => new(bytes.Origin, "is a zip file with a damaged end record");
}
