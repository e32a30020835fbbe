using Cvdvae.Scheduling.Tests.Simulation;
using Xunit;

namespace Cvdvae.Scheduling.Tests;

public sealed class CatchUpTests
{
    [Fact]
    public async Task RunOne_BatchesGain_NewcomerCatchesUpAndTheyGoOnTogether()
    {
        await using var stage = new SimulatedStage();
        var plan = Plans.Flat(10);
        (stage.Device.Fixed, stage.Device.PerCost) = (10, 0.1);
        stage.WarmUp(plan);

        stage.Admit(plan, id: "a");
        stage.Run(2);
        stage.Admit(plan, id: "b");
        stage.RunAll();

        Assert.Equal("a@0 a@1 b@0 b@1 a+b@2 a+b@3 a+b@4 a+b@5 a+b@6 a+b@7 a+b@8 a+b@9", stage.Order);
    }

    [Fact]
    public async Task RunOne_LittleIsLeftToShare_LeaderGoesOn()
    {
        await using var stage = new SimulatedStage();
        var plan = Plans.Flat(10);
        (stage.Device.Fixed, stage.Device.PerCost) = (10, 0.1);
        stage.WarmUp(plan);

        stage.Admit(plan, id: "a");
        stage.Run(7);
        stage.Admit(plan, id: "b");
        stage.Run(3);

        Assert.EndsWith("a@6 a@7 a@8 a@9", stage.Order, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunOne_BatchesGainNothing_LeaderGoesOn()
    {
        await using var stage = new SimulatedStage();
        var plan = Plans.Flat(10);
        (stage.Device.Fixed, stage.Device.PerCost) = (0, 10);
        stage.WarmUp(plan);

        stage.Admit(plan, id: "a");
        stage.Run(2);
        stage.Admit(plan, id: "b");
        stage.Run(8);

        Assert.EndsWith("a@8 a@9", stage.Order, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunOne_CoarserRows_JoinBeforeTheFinerResolutionBegins()
    {
        await using var stage = new SimulatedStage();
        var plan = Plans.Pyramid();
        stage.WarmUp(plan);

        stage.Admit(plan, id: "a");
        stage.Run(24);
        stage.Admit(plan, id: "b");
        stage.RunAll();

        // 'a' stands in the middle of 64x64 and 'b' gets there without it; then the batch is joint where that pays.
        Assert.All(stage.Device.Batches.Skip(24).Take(20), b => Assert.Equal("b", b.Rows[0].Request.Id));
    }

    [Fact]
    public async Task RunOne_NewcomersWithoutEnd_LeaderWaitsAtMostAsLongAgain()
    {
        await using var stage = new SimulatedStage(o => o.MaxBacklog = TimeSpan.FromHours(1));
        var plan = Plans.Flat(20);
        (stage.Device.Fixed, stage.Device.PerCost) = (10, 0.01);
        stage.WarmUp(plan);
        var leader = stage.Admit(plan);
        stage.Run(5);
        long begin = stage.Time.GetTimestamp();

        while (stage[leader].End is null)
        {
            stage.Admit(plan);
            stage.Run(1);
        }

        Assert.InRange(stage.MillisecondsOf(begin, stage[leader].EndedAt), 150, 2 * 15 * 11);
    }

    [Fact]
    public async Task RunOne_ArrivalsOneAfterTheOther_ShareMostFineSteps()
    {
        await using var stage = new SimulatedStage();
        var plan = Plans.Pyramid();
        (stage.Device.Fixed, stage.Device.PerCost) = (2, 0.01);
        stage.WarmUp(plan);

        for (int i = 0; i < 8; i++)
        {
            stage.Admit(plan);
            stage.Run(1);
        }

        stage.RunAll();

        Assert.True(stage.Device.Batches.Count < 2 * plan.Steps.Count, $"{stage.Device.Batches.Count} batches");
        Assert.Contains(stage.Device.Batches, b => b.Rows.Length == 8);
    }

    [Fact]
    public async Task RunOne_SameArrivalsTwice_SameOrder()
    {
        var orders = new List<string>();
        for (int repeat = 0; repeat < 2; repeat++)
        {
            await using var stage = new SimulatedStage();
            var plan = Plans.Pyramid();
            for (int i = 0; i < 20; i++)
            {
                stage.Admit(plan, rows: 1 + (i % 3), priority: i % 2);
                stage.Run(i);
            }

            stage.RunAll();
            orders.Add(stage.Order);
        }

        Assert.Equal(orders[0], orders[1]);
    }
}
