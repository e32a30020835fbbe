using static TorchSharp.torch;

namespace Cvdvae.Model.Sampling;

/// <summary>Standard normal numbers from libtorch's generator, for training, where no number need be the same on another machine.</summary>
public static class StandardNormal
{
    /// <summary>Numbers in the shape (B, C, H, W) of a tensor, channels-last: libtorch fills dense memory ten times faster than strided.</summary>
    public static Tensor Like(Tensor tensor)
    {
        long[] shape = tensor.shape;
        return randn([shape[0], shape[2], shape[3], shape[1]], dtype: tensor.dtype, device: tensor.device).permute(0, 3, 1, 2);
    }
}
