using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Model.Layers;

/// <summary>Channels-last layout, in which libtorch's convolutions run fastest on CPU and on tensor cores. Shapes stay (B, C, H, W).</summary>
internal static class MemoryLayout
{
    /// <summary>The same values, channels-last in memory; a copy only where it is not yet so.</summary>
    public static Tensor ChannelsLast(this Tensor tensor) => tensor.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    /// <summary>Some rows of a batch, (B, C, H, W), channels-last in memory: index_select itself gives channels-first.</summary>
    /// <param name="tensor">The batch, channels-last.</param>
    /// <param name="rows">Indices (n) of the rows, int64.</param>
    public static Tensor SelectRows(this Tensor tensor, Tensor rows)
    {
        using DisposeScope scope = NewDisposeScope();
        return tensor.permute(0, 2, 3, 1).index_select(0, rows).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>The same values as (B, H, W, C), without a copy where they are channels-last already.</summary>
    public static Tensor ToNhwc(this Tensor tensor) => tensor.permute(0, 2, 3, 1).contiguous();
}
