using Cvdvae.Model.Configuration;
using Cvdvae.Scheduling;

namespace Cvdvae.DecoderHost.Stages;

/// <summary>Makes the scheduler's plan of a model's stage: its steps with estimates of their memory and work.</summary>
internal static class StagePlanner
{
    // Work that a step costs however small its tensors are, in multiply-adds: what the processor does while an operation is started.
    private const double WorkOfAStep = 2e7;

    /// <summary>Makes a plan.</summary>
    /// <param name="name">Name in logs and metrics.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="elementSize">Bytes of a feature's element.</param>
    public static StagePlan Plan(string name, ModelStage stage, int elementSize)
    {
        var steps = new List<GroupStep>(stage.StepCount);
        for (int index = stage.FirstGroup; index < stage.EndGroup; index++)
        {
            steps.Add(Step(stage.Prior, stage.Prior.Groups[index], elementSize));
        }

        if (stage.IsLast)
        {
            steps.Add(Pixels(stage.Prior, elementSize));
        }

        return new StagePlan(name, steps);
    }

    private static GroupStep Step(PriorArchitecture prior, LatentGroup group, int elementSize)
    {
        long area = (long)group.Resolution * group.Resolution;
        long width = group.Width;
        long middle = prior.Bottleneck(group.Width);
        long zdim = prior.Hyperparameters.Zdim;

        // The features that come in and go out, those of the resnet, one activation of them, and the inside of a block.
        long bytes = area * elementSize * ((5 * width) + (4 * middle) + (6 * zdim));
        return new GroupStep(group.Index, group.Resolution, bytes, MultiplyAdds.Of(prior, group, conditioned: true) + WorkOfAStep);
    }

    private static GroupStep Pixels(PriorArchitecture prior, int elementSize)
    {
        LatentGroup last = prior.Groups[^1];
        long area = (long)last.Resolution * last.Resolution;
        long parameters = 10L * prior.Hyperparameters.NumMixtures;

        // In single precision: the parameters twice, their exponentials or uniforms, and the nine of the chosen component.
        long bytes = area * ((2 * elementSize * last.Width) + (4 * ((3 * parameters) + 30)));
        return new GroupStep(prior.Groups.Count, last.Resolution, bytes, MultiplyAdds.OfPixels(prior) + WorkOfAStep);
    }
}
