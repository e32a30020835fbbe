using Cvdvae.Model.Runtime;
using TensorType = Cvdvae.V1.TensorType;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.DecoderHost.Device;

/// <summary>Features between the wire, row-major (1, C, r, r), and the device, channels-last in memory.</summary>
internal static class FeatureTensors
{
    /// <summary>Makes a tensor of the model's precision on its device, owned by the caller.</summary>
    public static Tensor From(ReceivedTensor received, InferenceOptions options)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor raw = empty(received.Shape, dtype: ElementType(received.Type));
        received.Data.Span.CopyTo(raw.bytes);
        Tensor placed = raw.to(options.Precision).to(options.Device);
        return placed.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).DetachFromDisposeScope();
    }

    /// <summary>The bytes of every row of a batch, (B, C, r, r).</summary>
    public static byte[][] ToRows(Tensor features, TensorType type)
    {
        using DisposeScope scope = NewDisposeScope();
        return Split(features.to(ElementType(type)).contiguous().cpu());
    }

    /// <summary>The bytes of every row of a tensor that is dense and on the CPU.</summary>
    public static byte[][] Split(Tensor rows)
    {
        ReadOnlySpan<byte> bytes = rows.bytes;
        int count = (int)rows.shape[0];
        int size = bytes.Length / count;
        var split = new byte[count][];
        for (int row = 0; row < count; row++)
        {
            split[row] = bytes.Slice(row * size, size).ToArray();
        }

        return split;
    }

    private static ScalarType ElementType(TensorType type) => type switch
    {
        TensorType.Float32 => ScalarType.Float32,
        TensorType.Float16 => ScalarType.Float16,
        TensorType.Bfloat16 => ScalarType.BFloat16,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "accepted: float types"),
    };
}
