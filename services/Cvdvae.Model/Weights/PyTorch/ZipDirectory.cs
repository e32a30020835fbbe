using System.Buffers.Binary;
using Cvdvae.Model.Weights.Bytes;

namespace Cvdvae.Model.Weights.PyTorch;

/// <summary>
/// Finds the members of a zip file (PKWARE's APPNOTE.TXT, sections 4.3 and 4.4; Zip64 too) whose members are all stored, as torch.save
/// does. A member is then a range of the file, and can be read by position.
/// </summary>
/// <remarks>
/// Refused: compressed or encrypted members (so nothing can expand), members that overlap or leave the file, names that occur twice
/// or could leave a folder (no name is ever used as a path), several disks.
/// </remarks>
internal static class ZipDirectory
{
    private const uint MemberSignature = 0x02014b50;
    private const int MemberBytes = 46;

    public static Dictionary<string, ByteRange> Read(IByteSource bytes)
    {
        ZipEnd end = ZipEnd.Find(bytes);
        byte[] directory = new byte[end.Directory.Length];
        bytes.Read(end.Directory.Begin, directory);

        var members = new List<ZipMember>();
        ReadOnlySpan<byte> rest = directory;
        while (!rest.IsEmpty)
        {
            members.Add(ReadMember(bytes.Origin, ref rest));
        }

        if ((ulong)members.Count != end.MemberCount)
        {
            throw new InvalidWeightsException(bytes.Origin, $"has {members.Count} zip members and declares {end.MemberCount}");
        }

        return Locate(bytes, members, end.Directory.Begin);
    }

    private static ZipMember ReadMember(string origin, ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < MemberBytes || BinaryPrimitives.ReadUInt32LittleEndian(rest) != MemberSignature)
        {
            throw new InvalidWeightsException(origin, "has a damaged zip directory");
        }

        int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(rest[28..]);
        int extraLength = BinaryPrimitives.ReadUInt16LittleEndian(rest[30..]);
        int length = MemberBytes + nameLength + extraLength + BinaryPrimitives.ReadUInt16LittleEndian(rest[32..]);
        if (rest.Length < length)
        {
            throw new InvalidWeightsException(origin, "has a zip directory that ends within a member");
        }

        ZipMember member = ZipMember.Parse(
            origin, rest[..MemberBytes], rest.Slice(MemberBytes, nameLength), rest.Slice(MemberBytes + nameLength, extraLength));
        rest = rest[length..];
        return member;
    }

    private static Dictionary<string, ByteRange> Locate(IByteSource bytes, List<ZipMember> members, long directoryBegin)
    {
        var ranges = new Dictionary<string, ByteRange>(members.Count, StringComparer.Ordinal);
        long free = 0;
        foreach (ZipMember member in members.OrderBy(member => member.HeaderOffset))
        {
            if (member.HeaderOffset < free)
            {
                throw new InvalidWeightsException(bytes.Origin, $"has a zip member '{member.Name}' that overlaps another");
            }

            ByteRange data = member.Locate(bytes, directoryBegin);
            free = data.Begin + data.Length;
            if (!ranges.TryAdd(member.Name, data))
            {
                throw new InvalidWeightsException(bytes.Origin, $"has two zip members named '{member.Name}'");
            }
        }

        return ranges;
    }
}
