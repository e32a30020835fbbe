using System.Collections.Immutable;

namespace Cvdvae.Model.Weights;

/// <summary>One tensor of a weights file: what it is, not its data. Two entries are equal when all four parts are.</summary>
/// <param name="Name">The parameter's name, a state-dict key without any wrapper's prefix.</param>
/// <param name="ElementType">The type of its elements.</param>
/// <param name="Shape">The lengths of its dimensions, each at least 0; empty for a scalar.</param>
/// <param name="ByteLength">The length of its data: the product of the shape times the element size.</param>
public sealed record TensorEntry(string Name, TensorElementType ElementType, ImmutableArray<long> Shape, long ByteLength)
{
    /// <summary>The shape as text, for messages: <c>(3, 64, 64)</c>.</summary>
    public string ShapeText => $"({string.Join(", ", Shape)})";

    /// <inheritdoc/>
    public bool Equals(TensorEntry? other) =>
        other is not null && Name == other.Name && ElementType == other.ElementType && ByteLength == other.ByteLength
        && Shape.AsSpan().SequenceEqual(other.Shape.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, ElementType, ByteLength, Shape.Length);
}
