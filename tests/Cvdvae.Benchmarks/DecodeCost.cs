using Cvdvae.Model.Configuration;

namespace Cvdvae.Benchmarks;

/// <summary>Arithmetic of a decode in floating-point operations (a multiplication and an addition are two), convolutions only.</summary>
internal static class DecodeCost
{
    /// <summary>Of one sample through the groups of some resolutions.</summary>
    public static double Groups(LowResArchitecture lowRes, Func<int, bool> resolutions) =>
        lowRes.Prior.Groups.Where(group => resolutions(group.Resolution)).Sum(group => Group(lowRes, group));

    private static double Group(LowResArchitecture lowRes, LatentGroup group)
    {
        double width = group.Width;
        double middle = lowRes.Prior.Bottleneck(group.Width);
        double latents = lowRes.Prior.Hyperparameters.Zdim;
        double inner = 2 * (group.Resolution > 2 ? 9 : 1) * middle * middle;
        double prior = width * middle + inner + middle * width;
        double resnet = width * middle + inner + middle * width;
        double statistics = group.Index < lowRes.ConditionedGroupCount
            ? 2 * width * middle + inner + middle * 2 * latents
            : middle * 2 * latents;
        return 2.0 * group.Resolution * group.Resolution * (prior + statistics + latents * width + resnet);
    }
}
