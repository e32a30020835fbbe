using Cvdvae.Model.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Model.Previews;

/// <summary>What a preview stands for: the final image, shrunk by the mean of square blocks.</summary>
internal static class AreaMeans
{
    /// <summary>
    /// Levels 0..255 in double precision, (B, r, r, 3), on the CPU. Sums of levels are exact, so that rounding half to even afterwards is too.
    /// </summary>
    /// <param name="levels">The final images, uint8 (B, H, H, 3).</param>
    /// <param name="resolution">r, a divisor of H.</param>
    public static Tensor Of(Tensor levels, int resolution)
    {
        using DisposeScope scope = NewDisposeScope();
        long factor = levels.shape[1] / resolution;
        Tensor blocks = levels.cpu().to(ScalarType.Float64).reshape(-1, resolution, factor, resolution, factor, 3);
        return blocks.sum([2, 4]).Over(factor * factor).MoveToOuterDisposeScope();
    }
}
