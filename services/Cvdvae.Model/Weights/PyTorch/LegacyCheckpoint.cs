using System.Globalization;
using System.Numerics;
using Cvdvae.Model.Weights.Bytes;
using Cvdvae.Model.Weights.Pickling;

namespace Cvdvae.Model.Weights.PyTorch;

/// <summary>
/// The format of torch.save before PyTorch 1.6: pickles of a magic number, the protocol's version, the system's traits, the object
/// and the list of storage keys, and then for each key the number of elements (64 bits) and the elements.
/// </summary>
internal static class LegacyCheckpoint
{
    private const long ProtocolVersion = 1001;

    private static readonly BigInteger Magic =
        BigInteger.Parse("1950a86a20f9469cfc6c", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    public static Checkpoint Read(IByteSource bytes)
    {
        var reader = new PickleReader(bytes, 0, bytes.Length);
        var storages = new StorageTable();
        CheckMagic(reader, storages);
        if (Unpickler.Load(reader, storages) is not ProtocolVersion)
        {
            throw new InvalidWeightsException(bytes.Origin, $"has another version of the legacy format than {ProtocolVersion}");
        }

        if (Unpickler.Load(reader, storages) is not PickleDict system || system.Find("little_endian") is not true)
        {
            throw new InvalidWeightsException(bytes.Origin, "was not written on a little-endian machine; only those are accepted");
        }

        object? root = Unpickler.Load(reader, storages);
        if (Unpickler.Load(reader, storages) is not PickleList keys)
        {
            throw new InvalidWeightsException(bytes.Origin, "has no list of storage keys after its object");
        }

        return new Checkpoint(root, Locate(reader, storages, keys));
    }

    private static void CheckMagic(PickleReader reader, StorageTable storages)
    {
        object? magic;
        try
        {
            magic = Unpickler.Load(reader, storages);
        }
        catch (InvalidWeightsException exception)
        {
            throw new InvalidWeightsException(reader.Origin, "is neither a zip nor a legacy file of torch.save", exception);
        }

        if (magic is not BigInteger number || number != Magic)
        {
            throw new InvalidWeightsException(
                reader.Origin, "is neither a zip nor a legacy file of torch.save: it begins with another pickle");
        }
    }

    private static Dictionary<string, ByteRange> Locate(PickleReader reader, StorageTable storages, PickleList keys)
    {
        var ranges = new Dictionary<string, ByteRange>(StringComparer.Ordinal);
        foreach (object? item in keys.Items)
        {
            if (item is not string key || !storages.Storages.TryGetValue(key, out PickleStorage? storage))
            {
                throw new InvalidWeightsException(reader.Origin, "lists a storage key that its object does not use");
            }

            if (storage.ElementType is not { } elementType)
            {
                throw new InvalidWeightsException(reader.Origin, $"has a storage of {storage.Kind}, whose element size is not known");
            }

            ulong count = reader.ReadUInt64();
            if (count != (ulong)storage.ElementCount || count > (ulong)(reader.Remaining / elementType.SizeInBytes()))
            {
                throw new InvalidWeightsException(
                    reader.Origin,
                    $"storage '{key}' has {count} elements in the data and {storage.ElementCount} in the object;"
                    + $" {reader.Remaining} bytes are left");
            }

            long length = storage.ElementCount * elementType.SizeInBytes();
            if (!ranges.TryAdd(key, new ByteRange(reader.Position, length)))
            {
                throw new InvalidWeightsException(reader.Origin, $"lists storage '{key}' twice");
            }

            reader.Skip((ulong)length);
        }

        return reader.Remaining == 0
            ? ranges
            : throw new InvalidWeightsException(reader.Origin, $"has {reader.Remaining} bytes after its last storage");
    }
}
