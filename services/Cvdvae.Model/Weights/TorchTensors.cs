using static TorchSharp.torch;

namespace Cvdvae.Model.Weights;

/// <summary>Moves the tensors of an <see cref="ITensorSource"/> to and from libtorch.</summary>
public static class TorchTensors
{
    /// <summary>A new CPU tensor with a copy of the data.</summary>
    /// <param name="source">The tensors.</param>
    /// <param name="name">The tensor's name.</param>
    /// <param name="dtype">The type to convert to; null for the type it is stored in.</param>
    /// <exception cref="InvalidWeightsException">There is no such tensor, it is over 2 GiB, or a BOOL is neither 0 nor 1.</exception>
    public static Tensor Load(ITensorSource source, string name, ScalarType? dtype = null)
    {
        TensorEntry entry = source.Require(name);
        if (entry.ByteLength > int.MaxValue)
        {
            throw new InvalidWeightsException(
                source.Origin, $"tensor '{name}' has {entry.ByteLength} bytes; accepted are up to {int.MaxValue}");
        }

        ScalarType stored = ToScalarType(entry.ElementType);
        Tensor tensor = empty(entry.Shape.AsSpan(), dtype: stored, device: CPU);
        try
        {
            Fill(source, entry, tensor.bytes);
            if (dtype is not { } wanted || wanted == stored)
            {
                return tensor;
            }

            Tensor converted = tensor.to_type(wanted);
            tensor.Dispose();
            return converted;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <summary>Copies the data into a tensor of the same shape, converting to its type and device.</summary>
    /// <param name="source">The tensors.</param>
    /// <param name="name">The tensor's name.</param>
    /// <param name="target">The tensor to fill; no gradient is recorded.</param>
    /// <exception cref="InvalidWeightsException">There is no such tensor, or it has another shape than the target.</exception>
    public static void LoadInto(ITensorSource source, string name, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(target);
        TensorEntry entry = source.Require(name);
        if (!entry.Shape.AsSpan().SequenceEqual(target.shape))
        {
            throw new InvalidWeightsException(
                source.Origin, $"tensor '{name}' has the shape {entry.ShapeText}; expected is ({string.Join(", ", target.shape)})");
        }

        using Tensor loaded = Load(source, name);
        using (no_grad())
        {
            target.copy_(loaded);
        }
    }

    /// <summary>The tensors as a source, for <see cref="SafetensorsWriter"/>. They stay the caller's.</summary>
    /// <param name="tensors">The tensors by name, on any device, of a type in <see cref="TensorElementType"/>.</param>
    /// <exception cref="ArgumentException">A tensor has another type.</exception>
    public static ITensorSource AsSource(IEnumerable<KeyValuePair<string, Tensor>> tensors) => new TorchTensorSource(tensors);

    internal static ScalarType ToScalarType(TensorElementType elementType) => elementType switch
    {
        TensorElementType.F64 => ScalarType.Float64,
        TensorElementType.F32 => ScalarType.Float32,
        TensorElementType.F16 => ScalarType.Float16,
        TensorElementType.BF16 => ScalarType.BFloat16,
        TensorElementType.I64 => ScalarType.Int64,
        TensorElementType.I32 => ScalarType.Int32,
        TensorElementType.I16 => ScalarType.Int16,
        TensorElementType.I8 => ScalarType.Int8,
        TensorElementType.U8 => ScalarType.Byte,
        TensorElementType.Bool => ScalarType.Bool,
        _ => throw new ArgumentOutOfRangeException(nameof(elementType), elementType, "not an element type"),
    };

    private static void Fill(ITensorSource source, TensorEntry entry, Span<byte> bytes)
    {
        source.CopyTo(entry.Name, bytes);

        // libtorch's behaviour is undefined for other values.
        if (entry.ElementType == TensorElementType.Bool && bytes.ContainsAnyExceptInRange((byte)0, (byte)1))
        {
            throw new InvalidWeightsException(source.Origin, $"tensor '{entry.Name}' is BOOL and holds bytes other than 0 and 1");
        }
    }
}
