namespace Cvdvae.Model.Weights.Pickling;

/// <summary>A dict or OrderedDict: its pairs in the order they were set. A key may occur again; the reader of the result decides.</summary>
internal sealed class PickleDict
{
    private List<KeyValuePair<object?, object?>>? _pairs;

    public IReadOnlyList<KeyValuePair<object?, object?>> Pairs => _pairs ?? [];

    public void Add(object? key, object? value) => (_pairs ??= []).Add(new(key, value));

    /// <summary>The last value set for a text key, or null.</summary>
    public object? Find(string key) =>
        Pairs.LastOrDefault(pair => pair.Key is string text && text == key).Value;
}
