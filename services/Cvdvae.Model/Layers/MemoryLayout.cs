using static TorchSharp.torch;

namespace Cvdvae.Model.Layers;

/// <summary>Channels-last layout, in which libtorch's convolutions run fastest on CPU and on tensor cores. Shapes stay (B, C, H, W).</summary>
internal static class MemoryLayout
{
    /// <summary>The same values, channels-last in memory; a copy only where it is not yet so.</summary>
    public static Tensor ChannelsLast(this Tensor tensor) => tensor.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    /// <summary>The same values as (B, H, W, C), without a copy where they are channels-last already.</summary>
    public static Tensor ToNhwc(this Tensor tensor) => tensor.permute(0, 2, 3, 1).contiguous();
}
