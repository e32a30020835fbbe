using Cvdvae.Model.Runtime;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Training;

/// <summary>Mirrors half of the images at random, by libtorch's generator.</summary>
internal static class Flips
{
    /// <summary>Which of a batch to mirror, bool (B, 1, 1, 1).</summary>
    public static Tensor Choose(Tensor batch) => rand(batch.shape[0], 1, 1, 1).IsBelow(0.5);

    /// <summary>Mirrors the chosen images of (B, C, H, W).</summary>
    public static Tensor Apply(Tensor levels, Tensor chosen) => where(chosen, levels.flip(3), levels);
}
