namespace Cvdvae.Model.Weights;

/// <summary>A selection of another source's tensors, possibly under other names. It does not own the other source.</summary>
public sealed class TensorSubset : ITensorSource
{
    private readonly ITensorSource _source;
    private readonly Dictionary<string, string> _sourceNames = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorEntry> _entries = new(StringComparer.Ordinal);

    /// <summary>Selects tensors.</summary>
    /// <param name="source">The tensors to choose from; it must outlive the selection.</param>
    /// <param name="select">Gives a tensor's name in the selection, or null to leave it out.</param>
    /// <exception cref="InvalidWeightsException">Two tensors get the same name.</exception>
    public TensorSubset(ITensorSource source, Func<string, string?> select)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(select);
        _source = source;
        foreach (TensorEntry entry in source.Entries.Values)
        {
            if (select(entry.Name) is not { } name)
            {
                continue;
            }

            if (!_entries.TryAdd(name, entry with { Name = name }))
            {
                throw new InvalidWeightsException(source.Origin, $"two tensors get the name '{name}', one of them '{entry.Name}'");
            }

            _sourceNames.Add(name, entry.Name);
        }
    }

    /// <inheritdoc/>
    public string Origin => _source.Origin;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Metadata => _source.Metadata;

    /// <inheritdoc/>
    public void CopyTo(string name, Span<byte> destination)
    {
        this.Require(name, destination);
        _source.CopyTo(_sourceNames[name], destination);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The source belongs to whoever opened it.
    }
}
