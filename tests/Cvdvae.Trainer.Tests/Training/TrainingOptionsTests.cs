using Cvdvae.Trainer.Training;
using Xunit;

namespace Cvdvae.Trainer.Tests.Training;

public sealed class TrainingOptionsTests
{
    private static readonly TrainingOptions Options = new() { RunFolder = "", Steps = 1000, LearningRate = 0.5, WarmupSteps = 10, FinalLearningRate = 1 };

    [Fact]
    public void LearningRateAt_WarmUp_RisesEvenlyToTheRate()
    {
        Assert.Equal(0.05, Options.LearningRateAt(0), 1e-12);
        Assert.Equal(0.25, Options.LearningRateAt(4), 1e-12);
        Assert.Equal(0.5, Options.LearningRateAt(9), 1e-12);
        Assert.Equal(0.5, Options.LearningRateAt(999), 1e-12);
        Assert.Equal(0.5, (Options with { WarmupSteps = 0 }).LearningRateAt(0), 1e-12);
    }

    [Fact]
    public void LearningRateAt_FinalRate_FallsAlongACosine()
    {
        TrainingOptions falling = Options with { FinalLearningRate = 0.1 };

        Assert.Equal(0.5 * 0.55, falling.LearningRateAt(500), 1e-12);
        Assert.Equal(0.05, falling.LearningRateAt(1000), 1e-12);
        Assert.Equal(0.05, falling.LearningRateAt(5000), 1e-12);
        Assert.Equal(0.5 * (0.1 + 0.9 * 0.5 * (1 + Math.Sqrt(0.5))), falling.LearningRateAt(250), 1e-12);
    }

    [Fact]
    public void EmaRateAt_FewUpdates_StartsLowerAndStaysBelowTheRate()
    {
        Assert.Equal(2 / 11.0, Options.EmaRateAt(1), 1e-12);
        Assert.Equal(0.5, Options.EmaRateAt(8), 1e-12);
        Assert.Equal(Options.EmaRate, Options.EmaRateAt(1_000_000), 1e-12);
    }
}
