using Cvdvae.Model.Configuration;

namespace Cvdvae.DecoderHost.Models;

/// <summary>Which feature maps of the low-res image are needed where: those of the resolutions with conditioned groups.</summary>
internal static class NeededMaps
{
    /// <summary>For each map that this stage needs a latent group at its resolution, coarse to fine: a map is (1, width, r, r).</summary>
    public static IEnumerable<LatentGroup> Groups(LoadedDecoder model, int scale) =>
        GroupsWithMap(model, scale).DistinctBy(group => group.Resolution);

    /// <summary>All latent groups of this stage that need a map, in their order.</summary>
    public static IEnumerable<LatentGroup> GroupsWithMap(LoadedDecoder model, int scale) =>
        Conditioned(model, scale).Where(group => group.Index >= model.Stage.FirstGroup && group.Index < model.Stage.EndGroup);

    /// <summary>The same for the later stages.</summary>
    public static IEnumerable<LatentGroup> GroupsAfter(LoadedDecoder model, int scale) =>
        Conditioned(model, scale).Where(group => group.Index >= model.Stage.EndGroup).DistinctBy(group => group.Resolution);

    /// <summary>Steps of this stage that can run with the maps that are there.</summary>
    /// <param name="model">The model.</param>
    /// <param name="scale">The scale.</param>
    /// <param name="has">Whether the map of a resolution is there.</param>
    public static int Limit(LoadedDecoder model, int scale, Func<int, bool> has) =>
        GroupsWithMap(model, scale).FirstOrDefault(group => !has(group.Resolution)) is { } missing
            ? missing.Index - model.Stage.FirstGroup
            : model.Stage.StepCount;

    private static IEnumerable<LatentGroup> Conditioned(LoadedDecoder model, int scale) => model.Prior.Groups.Take(model.ConditionedGroups(scale));
}
