namespace Cvdvae.Model.Weights;

/// <summary>The element types a weights file may hold, named as in the safetensors format.</summary>
public enum TensorElementType
{
    /// <summary>64-bit IEEE 754 float.</summary>
    F64,

    /// <summary>32-bit IEEE 754 float.</summary>
    F32,

    /// <summary>16-bit IEEE 754 float.</summary>
    F16,

    /// <summary>The upper 16 bits of a 32-bit float.</summary>
    BF16,

    /// <summary>64-bit signed integer.</summary>
    I64,

    /// <summary>32-bit signed integer.</summary>
    I32,

    /// <summary>16-bit signed integer.</summary>
    I16,

    /// <summary>8-bit signed integer.</summary>
    I8,

    /// <summary>8-bit unsigned integer.</summary>
    U8,

    /// <summary>One byte, 0 or 1.</summary>
    Bool,
}
