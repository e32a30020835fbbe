using Cvdvae.Model.Configuration;
using Cvdvae.Model.Layers;
using Cvdvae.Model.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Model.Encoding;

/// <summary>From 8-bit images to what the networks take.</summary>
public static class PixelInput
{
    /// <summary>Levels 0..255, any type, (B, 3, H, W), to the normalised pixels of the official program, (level + shift) * scale, fp32, channels-last.</summary>
    /// <param name="levels">High-res or low-res images: both are normalised alike.</param>
    /// <param name="prior">Has the shift and the scale.</param>
    public static Tensor Normalize(Tensor levels, PriorHyperparameters prior)
    {
        using DisposeScope scope = NewDisposeScope();
        return levels.to(ScalarType.Float32).Plus(prior.Shift).Times(prior.Scale).Laid().MoveToOuterDisposeScope();
    }
}
