namespace Cvdvae.Model.Weights;

/// <summary>The names of element types in a safetensors header.</summary>
internal static class SafetensorsDtype
{
    public const string Accepted = "F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL";

    public static string Name(TensorElementType elementType) =>
        elementType == TensorElementType.Bool ? "BOOL" : elementType.ToString();

    public static TensorElementType? Parse(string name) => name switch
    {
        "F64" => TensorElementType.F64,
        "F32" => TensorElementType.F32,
        "F16" => TensorElementType.F16,
        "BF16" => TensorElementType.BF16,
        "I64" => TensorElementType.I64,
        "I32" => TensorElementType.I32,
        "I16" => TensorElementType.I16,
        "I8" => TensorElementType.I8,
        "U8" => TensorElementType.U8,
        "BOOL" => TensorElementType.Bool,
        _ => null,
    };
}
