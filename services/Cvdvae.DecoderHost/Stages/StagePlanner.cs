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
        for (int step = 0; step < stage.StepCount; step++)
        {
            int index = stage.FirstGroup + step;
            LatentGroup group = stage.Prior.Groups[Math.Min(index, stage.EndGroup - 1)];
            long bytes = index < stage.EndGroup ? BytesOf(stage.Prior, group, elementSize) : BytesOfPixels(stage.Prior, group, elementSize);
            steps.Add(new GroupStep(index, group.Resolution, bytes, stage.MultiplyAddsOf(step) + WorkOfAStep));
        }

        return new StagePlan(name, steps);
    }

    private static long BytesOf(PriorArchitecture prior, LatentGroup group, int elementSize)
    {
        long area = (long)group.Resolution * group.Resolution;
        long width = group.Width;
        long middle = prior.Bottleneck(group.Width);
        long zdim = prior.Hyperparameters.Zdim;

        // The features that come in and go out, those of the resnet, one activation of them, and the inside of a block.
        return area * elementSize * ((5 * width) + (4 * middle) + (6 * zdim));
    }

    private static long BytesOfPixels(PriorArchitecture prior, LatentGroup last, int elementSize)
    {
        long area = (long)last.Resolution * last.Resolution;
        long parameters = 10L * prior.Hyperparameters.NumMixtures;

        // In single precision: the parameters twice, their exponentials or uniforms, and the nine of the chosen component.
        return area * ((2 * elementSize * last.Width) + (4 * ((3 * parameters) + 30)));
    }
}
