using Cvdvae.Model.Decoding;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Model.Previews;

/// <summary>From the features of a pixel to its colour in [-1, 1]. Owns its tensors.</summary>
/// <param name="Weight">(3, C).</param>
/// <param name="Bias">(3).</param>
internal sealed record AffineMap(Tensor Weight, Tensor Bias) : IDisposable
{
    /// <summary>The same map in another type or on another device, outside any dispose scope.</summary>
    public AffineMap To(ScalarType type, Device device) => new(
        Weight.to(type, device, copy: true).DetachFromDisposeScope(), Bias.to(type, device, copy: true).DetachFromDisposeScope());

    /// <summary>
    /// A 1x1 convolution of features, (B, C, r, r) of any float type, to levels, uint8 (B, r, r, 3). It is a matrix product over the pixels, which
    /// channels-last features hold row by row already.
    /// </summary>
    public Tensor Images(Tensor features)
    {
        using IDisposable mode = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        Tensor pixels = features.permute(0, 2, 3, 1).to(ScalarType.Float32);
        return PixelOutput.ToLevels(nn.functional.linear(pixels, Weight, Bias)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        Weight.Dispose();
        Bias.Dispose();
    }
}
