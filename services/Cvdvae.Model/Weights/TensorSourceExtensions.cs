namespace Cvdvae.Model.Weights;

/// <summary>Look-ups in an <see cref="ITensorSource"/>.</summary>
public static class TensorSourceExtensions
{
    /// <summary>The entry of a tensor that must be there.</summary>
    /// <param name="source">The tensors.</param>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="InvalidWeightsException">There is no such tensor.</exception>
    public static TensorEntry Require(this ITensorSource source, string name)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Entries.TryGetValue(name, out TensorEntry? entry)
            ? entry
            : throw new InvalidWeightsException(source.Origin, $"has no tensor '{name}'");
    }

    /// <summary>The entry of a tensor that must be there and fill the given buffer.</summary>
    internal static TensorEntry Require(this ITensorSource source, string name, ReadOnlySpan<byte> destination)
    {
        TensorEntry entry = source.Require(name);
        return destination.Length == entry.ByteLength
            ? entry
            : throw new ArgumentException(
                $"the buffer for '{name}' has {destination.Length} bytes, the tensor {entry.ByteLength}", nameof(destination));
    }
}
