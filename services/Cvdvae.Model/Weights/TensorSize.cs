using System.Collections.Immutable;

namespace Cvdvae.Model.Weights;

/// <summary>Sizes of tensors, counted without overflow.</summary>
internal static class TensorSize
{
    /// <summary>Weights have at most 5 dimensions, and libtorch takes 64.</summary>
    public const int MaxRank = 16;

    /// <summary>The bytes of a contiguous tensor, or null where a 64-bit number cannot hold them.</summary>
    public static long? InBytes(TensorElementType elementType, ImmutableArray<long> shape) =>
        Elements(shape) is { } elements && elements <= long.MaxValue / elementType.SizeInBytes()
            ? elements * elementType.SizeInBytes()
            : null;

    /// <summary>The number of elements, or null where a 64-bit number cannot hold it (even if another dimension is 0).</summary>
    public static long? Elements(ImmutableArray<long> shape)
    {
        Int128 product = 1;
        bool isEmpty = false;
        foreach (long length in shape)
        {
            isEmpty |= length == 0;
            product *= Math.Max(length, 1);
            if (product > long.MaxValue)
            {
                return null;
            }
        }

        return isEmpty ? 0 : (long)product;
    }
}
