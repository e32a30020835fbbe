using static TorchSharp.torch;

namespace Cvdvae.Trainer.Training;

/// <summary>Mirrors some of a batch of images.</summary>
internal static class Flips
{
    /// <summary>Mirrors the chosen images of (B, C, H, W).</summary>
    public static Tensor Apply(Tensor levels, IReadOnlyList<bool> chosen)
    {
        using Tensor mask = tensor(chosen.ToArray(), device: levels.device).view(-1, 1, 1, 1);
        return where(mask, levels.flip(3), levels);
    }
}
