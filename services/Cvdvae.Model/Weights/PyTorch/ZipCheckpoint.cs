using Cvdvae.Model.Weights.Bytes;
using Cvdvae.Model.Weights.Pickling;

namespace Cvdvae.Model.Weights.PyTorch;

/// <summary>
/// The format of torch.save since PyTorch 1.6: a zip of stored members in one folder: <c>data.pkl</c>, the object, <c>data/KEY</c>, the
/// storages, and possibly <c>byteorder</c>.
/// </summary>
internal static class ZipCheckpoint
{
    private const string ObjectName = "/data.pkl";

    public static Checkpoint Read(IByteSource bytes)
    {
        Dictionary<string, ByteRange> members = ZipDirectory.Read(bytes);
        string folder = FindFolder(bytes.Origin, members);
        CheckByteOrder(bytes, members, folder);

        ByteRange pickle = members[folder + ObjectName];
        var reader = new PickleReader(bytes, pickle.Begin, pickle.Length);
        object? root = Unpickler.Load(reader, new StorageTable());
        if (reader.Remaining != 0)
        {
            throw reader.Invalid($"ends with {reader.Remaining} bytes left");
        }

        string prefix = folder + "/data/";
        return new Checkpoint(
            root,
            members.Where(member => member.Key.StartsWith(prefix, StringComparison.Ordinal))
                .ToDictionary(member => member.Key[prefix.Length..], member => member.Value, StringComparer.Ordinal));
    }

    private static string FindFolder(string origin, Dictionary<string, ByteRange> members)
    {
        string[] folders =
        [
            .. members.Keys
                .Where(name => name.EndsWith(ObjectName, StringComparison.Ordinal))
                .Select(name => name[..^ObjectName.Length])
                .Where(folder => !folder.Contains('/')),
        ];
        if (folders is not [var found])
        {
            throw new InvalidWeightsException(
                origin, $"is a zip with {folders.Length} members FOLDER/data.pkl; a file of torch.save has one");
        }

        return members.ContainsKey(found + "/constants.pkl")
            ? throw new InvalidWeightsException(origin, "is a TorchScript program, not a file of torch.save")
            : found;
    }

    private static void CheckByteOrder(IByteSource bytes, Dictionary<string, ByteRange> members, string folder)
    {
        if (!members.TryGetValue(folder + "/byteorder", out ByteRange member))
        {
            return;
        }

        ReadOnlySpan<byte> little = "little"u8;
        Span<byte> order = stackalloc byte[little.Length];
        if (member.Length == order.Length)
        {
            bytes.Read(member.Begin, order);
        }

        if (!order.SequenceEqual(little))
        {
            throw new InvalidWeightsException(bytes.Origin, "has another byte order than little; only that is accepted");
        }
    }
}
