namespace Cvdvae.Model.Weights.Pickling;

/// <summary>The storages that a checkpoint's pickle refers to, by key.</summary>
internal sealed class StorageTable
{
    // Keys are numbers in text. A limit keeps comparing them cheap.
    private const int MaxKeyLength = 64;

    private static readonly PickleOpaque OtherId = new("a persistent id that is no storage");
    private static readonly PickleOpaque View = new("a view of another storage, as PyTorch before 0.4 wrote");

    private readonly Dictionary<string, PickleStorage> _storages = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, PickleStorage> Storages => _storages;

    /// <summary>
    /// Resolves a persistent id, which torch.save writes as
    /// ('storage', class, key, location, number of elements[, view]) or, for the source of modules, as ('module', ...).
    /// </summary>
    public object Resolve(object? id, PickleReader reader)
    {
        if (id is not PickleTuple { Items: [string kind, ..] items })
        {
            throw reader.Invalid("has a persistent id that is not a tuple beginning with a text");
        }

        if (kind != "storage")
        {
            return OtherId;
        }

        if (items is not [_, PickleGlobal type, string { Length: <= MaxKeyLength } key, _, long and >= 0, ..] || items.Length > 6)
        {
            throw reader.Invalid("has a storage that is not ('storage', class, key, location, number of elements from 0)");
        }

        return items is [_, _, _, _, _, { }]
            ? View
            : Register(new PickleStorage(key, type, ElementType(type), (long)items[4]!), reader);
    }

    private static TensorElementType? ElementType(PickleGlobal type) => type switch
    {
        { Module: not "torch" } => null,
        { Name: "DoubleStorage" } => TensorElementType.F64,
        { Name: "FloatStorage" } => TensorElementType.F32,
        { Name: "HalfStorage" } => TensorElementType.F16,
        { Name: "BFloat16Storage" } => TensorElementType.BF16,
        { Name: "LongStorage" } => TensorElementType.I64,
        { Name: "IntStorage" } => TensorElementType.I32,
        { Name: "ShortStorage" } => TensorElementType.I16,
        { Name: "CharStorage" } => TensorElementType.I8,
        { Name: "ByteStorage" } => TensorElementType.U8,
        { Name: "BoolStorage" } => TensorElementType.Bool,
        _ => null,
    };

    private PickleStorage Register(PickleStorage storage, PickleReader reader)
    {
        if (!_storages.TryGetValue(storage.Key, out PickleStorage? known))
        {
            _storages.Add(storage.Key, storage);
            return storage;
        }

        return known == storage
            ? known
            : throw reader.Invalid(
                $"describes storage '{storage.Key}' in two ways: {known.ElementCount} elements of {known.Kind}"
                + $" and {storage.ElementCount} of {storage.Kind}");
    }
}
