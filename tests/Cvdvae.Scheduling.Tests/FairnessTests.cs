using Cvdvae.Scheduling.Tests.Simulation;
using Xunit;

namespace Cvdvae.Scheduling.Tests;

public sealed class FairnessTests
{
    [Theory]
    [InlineData(0.02, 60)]
    [InlineData(0.1, 12.5)]
    public async Task RunOne_EndlessCoarseWork_FineRequestGetsItsShare(double ageingRate, double seconds)
    {
        await using var stage = new SimulatedStage(o => o.AgeingRate = ageingRate);
        var plan = Plans.Steep(fineSteps: 10);
        stage.WarmUp(plan);
        var fine = stage.Admit(plan);
        long begin = stage.Time.GetTimestamp();

        int coarse = 0;
        while (stage[fine].End is null && stage.MillisecondsOf(begin, stage.Time.GetTimestamp()) < 1000 * seconds)
        {
            for (; stage.Scheduler.Load.Rows < 4; coarse++)
            {
                stage.Admit(stage.Request(plan, end: 1));
            }

            Assert.True(stage.Scheduler.RunOne());
        }

        Assert.Equal(StageEndReason.Finished, stage[fine].End?.Reason);
        Assert.True(coarse > 1000, "The device was not kept busy by coarse work.");
    }

    [Fact]
    public async Task RunOne_EndlessCoarseWork_FineStepsComeOneAtATime()
    {
        await using var stage = new SimulatedStage(o => o.AgeingRate = 0.1);
        var plan = Plans.Steep(fineSteps: 10);
        stage.WarmUp(plan);
        var fine = stage.Admit(plan);
        while (stage[fine].End is null)
        {
            while (stage.Scheduler.Load.Rows < 4)
            {
                stage.Admit(stage.Request(plan, end: 1));
            }

            stage.Run(1);
        }

        int[] fineSteps = [.. stage.Device.Batches.Index().Where(b => b.Item.Step > 0).Select(b => b.Index)];
        Assert.Equal(10, fineSteps.Length);
        Assert.All(fineSteps.Zip(fineSteps.Skip(1)), pair => Assert.True(pair.Second - pair.First > 100));
    }

    [Fact]
    public async Task RunOne_FineRowsOfTwoPlans_BothAdvance()
    {
        await using var stage = new SimulatedStage();
        var (a, b) = (Plans.Flat(20, name: "a"), Plans.Flat(20, name: "b"));

        stage.Admit(a, id: "a");
        stage.Admit(b, id: "b");
        stage.Run(20);

        Assert.All(["a", "b"], id => Assert.InRange(stage.Device.Batches.Count(x => x.Rows[0].Request.Id == id), 5, 15));
    }

    [Fact]
    public async Task RunOne_RowsInOneResolution_LaterOnesDoNotOvertakeWhereBatchesGainNothing()
    {
        await using var stage = new SimulatedStage();
        var plan = Plans.Flat(10);
        stage.Device.Fixed = 0;
        stage.WarmUp(plan);
        var first = stage.Admit(plan);
        stage.Run(1);

        for (int i = 0; i < 9; i++)
        {
            stage.Admit(plan);
            stage.Run(1);
        }

        Assert.Equal(StageEndReason.Finished, stage[first].End?.Reason);
    }
}
