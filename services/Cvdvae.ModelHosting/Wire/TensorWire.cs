using Cvdvae.Model.Layers;
using Cvdvae.Model.Runtime;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.ServiceDefaults.Tensors;
using Cvdvae.V1;
using Grpc.Core;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Cvdvae.ModelHosting.Wire;

/// <summary>Moves tensors between libtorch and the wire. Shapes stay; on the wire the order is row-major whatever the layout in memory.</summary>
public static class TensorWire
{
    /// <summary>The type of features on the wire that an option names.</summary>
    /// <param name="field">The option, for the message.</param>
    /// <param name="text"><c>fp32</c>, <c>fp16</c> or <c>bf16</c>.</param>
    /// <exception cref="ArgumentException">It is something else.</exception>
    public static TensorType ParseFeatureType(string field, string text) => text switch
    {
        "fp32" => TensorType.Float32,
        "fp16" => TensorType.Float16,
        "bf16" => TensorType.Bfloat16,
        _ => throw new ArgumentException($"{field}: '{text}' is not fp32, fp16 or bf16"),
    };

    /// <summary>The element type of libtorch.</summary>
    /// <param name="field">The tensor's field, for the message.</param>
    /// <param name="type">The type on the wire.</param>
    /// <exception cref="RpcException">INVALID_ARGUMENT: no such type.</exception>
    public static ScalarType ToScalarType(string field, TensorType type) => type switch
    {
        TensorType.Float32 => ScalarType.Float32,
        TensorType.Float16 => ScalarType.Float16,
        TensorType.Bfloat16 => ScalarType.BFloat16,
        TensorType.Uint8 => ScalarType.Byte,
        _ => throw RpcErrors.InvalidArgument(field, type, "TENSOR_TYPE_FLOAT32, TENSOR_TYPE_FLOAT16, TENSOR_TYPE_BFLOAT16 or TENSOR_TYPE_UINT8"),
    };

    /// <summary>A copy of a tensor's elements for the wire. Values beyond the range of fp16 become its largest ones, not infinities.</summary>
    /// <param name="tensor">The tensor, of any layout, on any device.</param>
    /// <param name="type">The type on the wire.</param>
    public static TensorContent ToWire(Tensor tensor, TensorType type)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = inference_mode();
        ScalarType scalar = ToScalarType("feature_type", type);
        Tensor converted = scalar == ScalarType.Float16 && tensor.dtype != ScalarType.Float16 ? tensor.Within((double)Half.MinValue, (double)Half.MaxValue) : tensor;
        Tensor packed = converted.to(scalar).cpu().RowMajor();
        int bytes = checked((int)(packed.numel() * packed.element_size()));
        TensorContent content = TensorContent.Rent(type, [.. tensor.shape.Select(length => (uint)length)], bytes, out Memory<byte> data);
        packed.bytes.CopyTo(data.Span);
        return content;
    }

    /// <summary>A tensor on the device, in the given precision; feature maps (four dimensions) are laid as convolutions want them.</summary>
    /// <param name="content">The elements, of a floating type for features.</param>
    /// <param name="options">Device and precision.</param>
    public static Tensor ToTensor(TensorContent content, InferenceOptions options)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = inference_mode();
        Tensor raw = empty([.. content.Shape.Select(length => (long)length)], dtype: ToScalarType("type", content.Type), device: CPU);
        content.Data.Span.CopyTo(raw.bytes);
        Tensor moved = raw.to(options.Device).to(options.Precision);
        Tensor laid = moved.dim() == 4 ? moved.Laid() : moved;
        return laid.MoveToOuterDisposeScope();
    }
}
