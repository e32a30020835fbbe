using System.IO.Compression;
using TextEncoding = System.Text.Encoding;

namespace Cvdvae.Model.Tests.Weights;

/// <summary>Files of torch.save made by hand, in both formats, from a pickle and the bytes of its storages.</summary>
internal static class CheckpointBuilder
{
    private static readonly DateTimeOffset FirstZipTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static byte[] Zip(byte[] pickle, params (string Key, byte[] Data)[] storages) =>
        StoredZip([("model/data.pkl", pickle), .. storages.Select(storage => ($"model/data/{storage.Key}", storage.Data))]);

    public static byte[] StoredZip(params (string Name, byte[] Data)[] members) => ZipOf(CompressionLevel.NoCompression, members);

    public static byte[] ZipOf(CompressionLevel level, params (string Name, byte[] Data)[] members)
    {
        var content = new MemoryStream();
        using (var archive = new ZipArchive(content, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] data) in members)
            {
                ZipArchiveEntry entry = archive.CreateEntry(name, level);
                entry.LastWriteTime = FirstZipTime; // so that the same members give the same bytes
                using Stream member = entry.Open();
                member.Write(data);
            }
        }

        return content.ToArray();
    }

    /// <summary>Element counts are given, since they may lie.</summary>
    public static byte[] Legacy(byte[] pickle, params (string Key, long Count, byte[] Data)[] storages)
    {
        PickleBuilder file = LegacyHeader().Raw(pickle).Proto().Op(']').Op('(');
        foreach ((string key, _, _) in storages)
        {
            file.Text(key);
        }

        file.Op('e').Op('.');
        foreach ((_, long count, byte[] data) in storages)
        {
            file.Int64(count).Raw(data);
        }

        return file.ToArray();
    }

    public static PickleBuilder LegacyHeader(bool littleEndian = true) => new PickleBuilder()
        .Proto().Raw(0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19).Op('.')
        .Proto().Raw((byte)'M', 0xe9, 0x03).Op('.')
        .Proto().DictOf("little_endian", pickle => pickle.Raw(littleEndian ? (byte)0x88 : (byte)0x89)).Op('.');

    /// <summary>A state dict of one 2x2 float tensor "w" with the elements 1 to 4, in the zip format.</summary>
    public static byte[] SmallZip() => Zip(SmallPickle(), ("0", Floats(1, 2, 3, 4)));

    public static byte[] SmallLegacy() => Legacy(SmallPickle(), ("0", 4, Floats(1, 2, 3, 4)));

    public static byte[] SmallPickle() => StateDict(pickle => pickle.Tensor("FloatStorage", "0", 4, 0, [2, 2], [2, 1]));

    /// <summary>The pickle of a state dict {"w": value}.</summary>
    public static byte[] StateDict(Action<PickleBuilder> value) => new PickleBuilder().Proto().DictOf("w", value).Op('.').ToArray();

    public static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    public static byte[] SafetensorsOf(string json, params byte[] data) =>
        [.. BitConverter.GetBytes((long)TextEncoding.UTF8.GetByteCount(json)), .. TextEncoding.UTF8.GetBytes(json), .. data];
}
