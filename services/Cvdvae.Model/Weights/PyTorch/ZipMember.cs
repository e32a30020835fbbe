using System.Buffers.Binary;
using System.Text;
using Cvdvae.Model.Weights.Bytes;
using TextEncoding = System.Text.Encoding;

namespace Cvdvae.Model.Weights.PyTorch;

/// <summary>A stored member of a zip file, as the directory describes it.</summary>
internal sealed record ZipMember(string Name, long HeaderOffset, long Length)
{
    private const uint HeaderSignature = 0x04034b50;
    private const int HeaderBytes = 30;
    private const ushort Zip64Field = 1;

    // Encryption, patches and masked headers (APPNOTE.TXT 4.4.4, bits 0, 5, 6, 13).
    private const int RefusedFlags = 0x2061;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static ZipMember Parse(string origin, ReadOnlySpan<byte> entry, ReadOnlySpan<byte> nameBytes, ReadOnlySpan<byte> extra)
    {
        string name = CheckedName(origin, nameBytes);
        int flags = BinaryPrimitives.ReadUInt16LittleEndian(entry[8..]);
        int method = BinaryPrimitives.ReadUInt16LittleEndian(entry[10..]);
        if ((flags & RefusedFlags) != 0 || method != 0)
        {
            throw new InvalidWeightsException(
                origin, $"has a compressed or encrypted zip member '{name}'; torch.save stores all as they are");
        }

        uint stored = BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(entry[24..]);
        uint offset = BinaryPrimitives.ReadUInt32LittleEndian(entry[42..]);
        ReadOnlySpan<byte> wide = Zip64(extra);
        ulong fullLength = Widen(origin, length, ref wide);
        ulong fullStored = Widen(origin, stored, ref wide);
        ulong fullOffset = Widen(origin, offset, ref wide);
        if (fullLength != fullStored || fullLength > long.MaxValue || fullOffset > long.MaxValue)
        {
            throw new InvalidWeightsException(origin, $"has a zip member '{name}' with impossible sizes");
        }

        return new ZipMember(name, (long)fullOffset, (long)fullLength);
    }

    /// <summary>Where the data is: behind the member's own header, which must agree with the directory.</summary>
    public ByteRange Locate(IByteSource bytes, long limit)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (HeaderOffset > limit - HeaderBytes)
        {
            throw OutOfBounds(bytes);
        }

        bytes.Read(HeaderOffset, header);
        int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(header[26..]);
        long begin = HeaderOffset + HeaderBytes + nameLength + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        if (begin > limit || Length > limit - begin)
        {
            throw OutOfBounds(bytes);
        }

        byte[] name = new byte[nameLength];
        bytes.Read(HeaderOffset + HeaderBytes, name);
        bool agrees = BinaryPrimitives.ReadUInt32LittleEndian(header) == HeaderSignature
            && BinaryPrimitives.ReadUInt16LittleEndian(header[8..]) == 0
            && name.AsSpan().SequenceEqual(TextEncoding.UTF8.GetBytes(Name));
        return agrees
            ? new ByteRange(begin, Length)
            : throw new InvalidWeightsException(bytes.Origin, $"has a zip member '{Name}' whose own header disagrees with the directory");
    }

    private static string CheckedName(string origin, ReadOnlySpan<byte> bytes)
    {
        string name;
        try
        {
            name = StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidWeightsException(origin, "has a zip member whose name is not UTF-8", exception);
        }

        bool isSafe = name.Length > 0 && name[0] != '/' && !name.Contains('\\') && !name.Contains('\0')
            && !(name.Length > 1 && name[1] == ':')
            && !name.Split('/').Contains("..");
        return isSafe ? name : throw new InvalidWeightsException(origin, $"has a zip member with the name '{name}', which is not accepted");
    }

    /// <summary>The body of the Zip64 field among the extra fields, or nothing.</summary>
    private static ReadOnlySpan<byte> Zip64(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            ushort kind = BinaryPrimitives.ReadUInt16LittleEndian(extra);
            int length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]), extra.Length - 4);
            if (kind == Zip64Field)
            {
                return extra.Slice(4, length);
            }

            extra = extra[(4 + length)..];
        }

        return [];
    }

    private static ulong Widen(string origin, uint value, ref ReadOnlySpan<byte> wide)
    {
        if (value != uint.MaxValue)
        {
            return value;
        }

        if (wide.Length < sizeof(ulong))
        {
            throw new InvalidWeightsException(origin, "has a zip member that lacks its 64-bit sizes");
        }

        ulong result = BinaryPrimitives.ReadUInt64LittleEndian(wide);
        wide = wide[sizeof(ulong)..];
        return result;
    }

    private InvalidWeightsException OutOfBounds(IByteSource bytes) =>
        new(bytes.Origin, $"has a zip member '{Name}' that reaches beyond the file's members");
}
