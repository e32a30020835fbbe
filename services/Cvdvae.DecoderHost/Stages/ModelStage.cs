using Cvdvae.Model.Configuration;

namespace Cvdvae.DecoderHost.Stages;

/// <summary>The part of a model's decoder that a stage has.</summary>
internal sealed class ModelStage
{
    private ModelStage(PriorArchitecture prior, IReadOnlyList<int> resolutions)
    {
        Prior = prior;
        Resolutions = resolutions;
        FirstGroup = prior.GroupsAt(resolutions[0]).First;
        EndGroup = prior.GroupsAt(resolutions[^1]).End;
    }

    /// <summary>The model's structure.</summary>
    public PriorArchitecture Prior { get; }

    /// <summary>The resolutions of the stage, coarse to fine.</summary>
    public IReadOnlyList<int> Resolutions { get; }

    /// <summary>First latent group of the stage.</summary>
    public int FirstGroup { get; }

    /// <summary>One past its last latent group.</summary>
    public int EndGroup { get; }

    /// <summary>Whether decoding starts here.</summary>
    public bool IsFirst => FirstGroup == 0;

    /// <summary>Whether the pixels are made here.</summary>
    public bool IsLast => EndGroup == Prior.Groups.Count;

    /// <summary>Number of steps: one for each group, and the pixels in the last stage.</summary>
    public int StepCount => EndGroup - FirstGroup + (IsLast ? 1 : 0);

    /// <summary>The last group of the stage before; its features, (1, width, r, r), come in. Not for the first stage.</summary>
    public LatentGroup GroupBefore => Prior.Groups[FirstGroup - 1];

    /// <summary>Finds the part of a model that a range names.</summary>
    /// <param name="prior">The model's structure.</param>
    /// <param name="range">The range.</param>
    /// <param name="hasNext">Whether there is a next stage.</param>
    /// <exception cref="StageMismatchException">The range does not start and end at resolutions of the model, or the rest has no stage.</exception>
    public static ModelStage Of(PriorArchitecture prior, StageRange range, bool hasNext)
    {
        IReadOnlyList<int> all = prior.Resolutions;
        if (range != StageRange.All && (!all.Contains(range.First) || !all.Contains(range.Last)))
        {
            throw new StageMismatchException($"the stage {range} does not start and end at resolutions of the model, {string.Join(", ", all)}");
        }

        var stage = new ModelStage(
            prior, range == StageRange.All ? all : [.. all.Where(resolution => resolution >= range.First && resolution <= range.Last)]);
        return stage.IsLast || hasNext
            ? stage
            : throw new StageMismatchException($"the stage {range} ends below the image size {all[^1]}, and no next stage is configured (Decoder:Next)");
    }

    /// <summary>Multiply-adds of a step for one sample.</summary>
    public double MultiplyAddsOf(int step) => FirstGroup + step < EndGroup
        ? MultiplyAdds.Of(Prior, Prior.Groups[FirstGroup + step], conditioned: true)
        : MultiplyAdds.OfPixels(Prior);

    /// <summary>One past the last step of a decode that stops at a resolution: all steps where the stop is at the image size, or in a later stage.</summary>
    public int EndStep(int stopAt) =>
        stopAt < Prior.Hyperparameters.ImageSize && stopAt <= Resolutions[^1] ? Prior.GroupsAt(stopAt).End - FirstGroup : StepCount;

    /// <summary>Whether the features of a decode that stops at a resolution go on to the next stage.</summary>
    public bool HandsOver(int stopAt) => !IsLast && stopAt > Resolutions[^1];

    /// <summary>The resolution that is complete after a step, or null: there are more groups at it, or the step makes the pixels.</summary>
    public int? CompletedBy(int step)
    {
        int group = FirstGroup + step;
        if (group >= EndGroup)
        {
            return null;
        }

        int resolution = Prior.Groups[group].Resolution;
        return group + 1 == Prior.Groups.Count || Prior.Groups[group + 1].Resolution != resolution ? resolution : null;
    }
}
