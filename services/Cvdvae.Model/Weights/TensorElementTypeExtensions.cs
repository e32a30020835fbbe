namespace Cvdvae.Model.Weights;

/// <summary>Facts about <see cref="TensorElementType"/>.</summary>
public static class TensorElementTypeExtensions
{
    /// <summary>The size of one element in bytes: 1, 2, 4 or 8.</summary>
    /// <param name="elementType">The element type.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enum's.</exception>
    public static int SizeInBytes(this TensorElementType elementType) => elementType switch
    {
        TensorElementType.F64 or TensorElementType.I64 => 8,
        TensorElementType.F32 or TensorElementType.I32 => 4,
        TensorElementType.F16 or TensorElementType.BF16 or TensorElementType.I16 => 2,
        TensorElementType.I8 or TensorElementType.U8 or TensorElementType.Bool => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(elementType), elementType, "not an element type"),
    };
}
