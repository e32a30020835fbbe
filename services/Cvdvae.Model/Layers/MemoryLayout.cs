using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Model.Layers;

/// <summary>The order of maps and weights in memory. Shapes stay (B, C, H, W).</summary>
public static class MemoryLayout
{
    /// <summary>
    /// The same values in the order in which convolutions run fastest where they are: channels-last on processors and, in half precision, on tensor cores; channels-first in float32 on
    /// a graphics card. A copy only where they are not yet so.
    /// </summary>
    public static Tensor Laid(this Tensor tensor) => IsChannelsFirst(tensor) ? tensor.contiguous() : tensor.ChannelsLast();

    /// <summary>The same values channels-last, channels-first, or (null) in the fastest order.</summary>
    internal static Tensor InOrder(this Tensor tensor, bool? channelsLast) => channelsLast switch
    {
        null => tensor.Laid(),
        true => tensor.ChannelsLast(),
        false => tensor.contiguous(),
    };

    /// <summary>The same values, channels-last in memory; a copy only where it is not yet so.</summary>
    public static Tensor ChannelsLast(this Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] shape = tensor.shape;
        Tensor rows = shape[0] == 1 && tensor.is_contiguous()
            ? Transposed(tensor.view(shape[1], -1)).view(1, shape[2], shape[3], shape[1])
            : tensor.ToNhwc();
        return rows.permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>The same values, row-major in memory, whatever the number of dimensions; a copy only where they are not yet so.</summary>
    public static Tensor RowMajor(this Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] shape = tensor.shape;
        bool isMap = shape.Length == 4 && shape[0] == 1 && !tensor.is_contiguous() && tensor.permute(0, 2, 3, 1).is_contiguous();
        Tensor rows = isMap ? Transposed(tensor.permute(0, 2, 3, 1).view(-1, shape[1])).view(shape) : tensor.contiguous();
        return rows.MoveToOuterDisposeScope();
    }

    /// <summary>Some rows of a batch, (B, C, H, W), in its order in memory: index_select itself gives channels-first.</summary>
    /// <param name="tensor">The batch, <see cref="Laid"/>.</param>
    /// <param name="rows">Indices (n) of the rows, int64.</param>
    public static Tensor SelectRows(this Tensor tensor, Tensor rows)
    {
        if (IsChannelsFirst(tensor))
        {
            return tensor.index_select(0, rows);
        }

        using DisposeScope scope = NewDisposeScope();
        return tensor.permute(0, 2, 3, 1).index_select(0, rows).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>The same values as (B, H, W, C), without a copy where they are channels-last already.</summary>
    public static Tensor ToNhwc(this Tensor tensor) => tensor.permute(0, 2, 3, 1).contiguous();

    private static bool IsChannelsFirst(Tensor tensor) => tensor.device_type == DeviceType.CUDA && tensor.dtype == ScalarType.Float32;

    // libtorch copies transposed matrices block by block, and maps of more dimensions element by element: three times as slow.
    private static Tensor Transposed(Tensor matrix) => matrix.t().contiguous();
}
