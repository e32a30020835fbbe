using System.Globalization;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.V1;
using Grpc.Core;

namespace Cvdvae.ServiceDefaults.Tensors;

/// <summary>Sizes of tensors, from types and shapes that nobody has checked yet.</summary>
public static class TensorLayout
{
    /// <summary>Most dimensions.</summary>
    public const int MaxRank = 8;

    /// <summary>Bytes of an element.</summary>
    /// <param name="field">The tensor's field, for the message.</param>
    /// <param name="type">The type.</param>
    /// <exception cref="RpcException">INVALID_ARGUMENT: no such type.</exception>
    public static int ElementBytes(string field, TensorType type) => type switch
    {
        TensorType.Float32 => 4,
        TensorType.Float16 or TensorType.Bfloat16 => 2,
        TensorType.Uint8 => 1,
        _ => throw RpcErrors.InvalidArgument($"{field}.type", type, "TENSOR_TYPE_FLOAT32, TENSOR_TYPE_FLOAT16, TENSOR_TYPE_BFLOAT16 or TENSOR_TYPE_UINT8"),
    };

    /// <summary>Bytes of a tensor.</summary>
    /// <param name="field">Its field, for messages.</param>
    /// <param name="type">Its type.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="maxBytes">Most bytes that are accepted.</param>
    /// <exception cref="RpcException">INVALID_ARGUMENT: no such type, no dimension or more than 8, a dimension of 0, or too many bytes.</exception>
    public static int ByteLength(string field, TensorType type, IReadOnlyList<uint> shape, int maxBytes)
    {
        long bytes = ElementBytes(field, type);
        if (shape.Count is 0 or > MaxRank || shape.Contains(0u))
        {
            throw RpcErrors.InvalidArgument($"{field}.shape", Text(shape), $"1 to {MaxRank} dimensions of at least 1");
        }

        foreach (uint length in shape)
        {
            // No product overflows: each is at most 2^31 times 2^32.
            bytes *= length;
            if (bytes > maxBytes)
            {
                throw RpcErrors.InvalidArgument($"{field}.shape", Text(shape), $"at most {maxBytes} bytes");
            }
        }

        return (int)bytes;
    }

    /// <summary>A shape as messages show it.</summary>
    public static string Text(IEnumerable<uint> shape) =>
        $"({string.Join(", ", shape.Take(MaxRank + 1).Select(length => length.ToString(CultureInfo.InvariantCulture)))})";
}
