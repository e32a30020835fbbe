namespace Cvdvae.Model.Weights;

/// <summary>
/// A set of named tensors whose data is read on demand. Reading is safe from several threads at once;
/// disposing while another thread reads is not.
/// </summary>
public interface ITensorSource : IDisposable
{
    /// <summary>Where the tensors come from, for messages: a file's path.</summary>
    public string Origin { get; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Entries { get; }

    /// <summary>Free text that the file carries beside its tensors; empty where the format has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>What was taken off to get to the tensors, for people: dicts around them, prefixes of their names. Empty where they lay open.</summary>
    public IReadOnlyList<string> Notes => [];

    /// <summary>Copies a tensor's elements: contiguous, row-major, little-endian.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="destination">Exactly <see cref="TensorEntry.ByteLength"/> bytes.</param>
    /// <exception cref="InvalidWeightsException">There is no such tensor, or the file has shrunk since it was opened.</exception>
    /// <exception cref="ArgumentException">The destination has another length than the tensor.</exception>
    public void CopyTo(string name, Span<byte> destination);
}
