namespace Cvdvae.Model.Weights.Pickling;

/// <summary>Values that a pickle refers to again, by number.</summary>
/// <remarks>
/// Pickles number them from 0 without gaps, so a list does, with a bound on the numbers that keeps it in proportion to the input.
/// A dictionary could be made slow with numbers that share a bucket.
/// </remarks>
internal sealed class PickleMemo(PickleReader reader)
{
    private const int MaxCount = 1 << 22;

    private static readonly object Unset = new();

    private readonly List<object?> _values = [];
    private uint _count;

    public object? Get(uint index) => index < _values.Count && _values[(int)index] != Unset
        ? _values[(int)index]
        : throw reader.Invalid($"refers to memo entry {index}, which is not set");

    public void Set(uint index, object? value)
    {
        if (index >= MaxCount || index > reader.Position)
        {
            throw reader.Invalid($"sets memo entry {index}; accepted are {MaxCount} memo entries, numbered without gaps");
        }

        while (_values.Count <= index)
        {
            _values.Add(Unset);
        }

        _count += _values[(int)index] == Unset ? 1u : 0;
        _values[(int)index] = value;
    }

    /// <summary>Sets the entry whose number is the count of those that are set.</summary>
    public void Add(object? value) => Set(_count, value);
}
