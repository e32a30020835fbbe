using Cvdvae.Model.Configuration;

namespace Cvdvae.Benchmarks;

/// <summary>Arithmetic of a decode in floating-point operations (a multiplication and an addition are two), convolutions only.</summary>
internal static class DecodeCost
{
    /// <summary>Of one sample through the groups of some resolutions.</summary>
    public static double Groups(LowResArchitecture lowRes, Func<int, bool> resolutions) =>
        lowRes.Prior.Groups.Where(group => resolutions(group.Resolution))
            .Sum(group => 2 * (group.Index < lowRes.ConditionedGroupCount
                ? MultiplyAdds.Of(lowRes.Prior, group, conditioned: true) + MultiplyAdds.OfLowResPart(lowRes.Prior, group)
                : MultiplyAdds.Of(lowRes.Prior, group, conditioned: false)));
}
