namespace Cvdvae.Model.Weights.Pickling;

/// <summary>Values that a pickle refers to again, by number.</summary>
internal sealed class PickleMemo(PickleReader reader)
{
    private const int MaxCount = 1 << 22;

    private readonly Dictionary<uint, object?> _values = [];

    public int Count => _values.Count;

    public object? this[uint index]
    {
        get => _values.TryGetValue(index, out object? value) ? value : throw reader.Invalid($"refers to memo entry {index}, which is not set");
        set
        {
            _values[index] = value;
            if (_values.Count > MaxCount)
            {
                throw reader.Invalid($"sets over {MaxCount} memo entries");
            }
        }
    }
}
