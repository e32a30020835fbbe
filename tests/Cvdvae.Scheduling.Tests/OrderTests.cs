using Cvdvae.Scheduling.Tests.Simulation;
using Xunit;

namespace Cvdvae.Scheduling.Tests;

public sealed class OrderTests
{
    [Fact]
    public async Task RunOne_OneRequest_RunsAllStepsInOrderOnce()
    {
        await using var stage = new SimulatedStage();
        var plan = Plans.Pyramid();

        var request = stage.Admit(plan, rows: 3);
        stage.RunAll();

        Assert.Equal(Enumerable.Range(0, plan.Steps.Count), stage[request].Steps.Select(s => s.Step));
        Assert.All(stage[request].Steps, s => Assert.Equal(3, s.Rows));
        Assert.Equal(StageEndReason.Finished, Assert.Single(stage[request].Ends).Reason);
        Assert.All(request.Rows, row => Assert.Equal(1, stage.Device.Released[row]));
        Assert.Equal(default, (stage.Scheduler.Load.Backlog, stage.Scheduler.Load.Rows));
    }

    [Fact]
    public async Task RunOne_EndStepBelowPlan_StopsThere()
    {
        await using var stage = new SimulatedStage();

        var request = stage.Admit(stage.Request(Plans.Pyramid(), end: 5));
        stage.RunAll();

        Assert.Equal(5, stage.Device.Batches.Count);
        Assert.Equal(StageEndReason.Finished, stage[request].End!.Reason);
        Assert.Equal(TimeSpan.Zero, stage.Scheduler.Load.Backlog);
    }

    [Fact]
    public async Task RunOne_NothingAdmitted_DoesNothing()
    {
        await using var stage = new SimulatedStage();

        Assert.False(stage.Scheduler.RunOne());
    }

    [Fact]
    public async Task RunOne_ArrivalDuringFineStep_FirstPreviewNeedsNoMoreThanTheRunningStep()
    {
        await using var stage = new SimulatedStage();
        var plan = Plans.Pyramid();
        stage.WarmUp(plan);
        stage.Admit(plan, rows: 8, id: "old");
        stage.Run(26);

        var fresh = stage.Request(plan, id: "new");
        stage.Device.OnRun = _ =>
        {
            stage.Device.OnRun = null;
            stage.Admit(fresh);
        };
        stage.Run(6);

        // 1x1 and 4x4 of the new request, and not a step of the old one but the running one.
        Assert.StartsWith("old@26 new@0 new@1 new@2 new@3 new@4", string.Join(' ', stage.Device.Batches.Skip(26)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunOne_RequestsOfTwoScalesTogether_ShareBatches()
    {
        await using var stage = new SimulatedStage();
        var plan = Plans.Pyramid();

        stage.Admit(plan, id: "a");
        stage.Admit(plan, rows: 2, id: "b");
        stage.RunAll();

        Assert.Equal(plan.Steps.Count, stage.Device.Batches.Count);
        Assert.All(stage.Device.Batches, batch => Assert.Equal(3, batch.Rows.Length));
    }

    [Fact]
    public async Task RunOne_TwoPlans_NeverShareABatch()
    {
        await using var stage = new SimulatedStage();

        var a = stage.Admit(Plans.Pyramid("a"), rows: 2);
        var b = stage.Admit(Plans.Pyramid("b"), rows: 2);
        stage.RunAll();

        Assert.All(stage.Device.Batches, batch => Assert.Single(batch.Rows.Select(r => r.Request).Distinct()));
        Assert.All([a, b], r => Assert.Equal(StageEndReason.Finished, stage[r].End!.Reason));
    }

    [Theory]
    [InlineData(2_000, 2)]
    [InlineData(3_500, 3)]
    [InlineData(1, 1)]
    public async Task RunOne_MemoryBudget_BatchesStayWithinIt(long bytes, int rows)
    {
        await using var stage = new SimulatedStage(o => (o.MaxBatchBytes, o.MaxStepTime) = (bytes, TimeSpan.FromHours(1)));

        stage.Admit(Plans.Flat(4), rows: 7);
        stage.RunAll();

        Assert.Equal(rows, stage.Device.Batches.Max(b => b.Rows.Length));
        Assert.Equal(4 * 7, stage.Device.Batches.Sum(b => b.Rows.Length));
    }

    [Fact]
    public async Task RunOne_MaxBatchRows_BatchesStayWithinIt()
    {
        await using var stage = new SimulatedStage(o => o.MaxBatchRows = 3);

        stage.Admit(Plans.Flat(2), rows: 7);
        stage.RunAll();

        Assert.Equal(3, stage.Device.Batches.Max(b => b.Rows.Length));
    }

    [Fact]
    public async Task RunOne_LongStepsThatGainNothingByRows_RunInSmallBatches()
    {
        await using var stage = new SimulatedStage(o => o.MaxStepTime = TimeSpan.FromMilliseconds(50));
        var plan = Plans.Flat(20);
        (stage.Device.Fixed, stage.Device.PerCost) = (0.1, 40);
        stage.WarmUp(plan);

        stage.Admit(plan, rows: 16);
        stage.RunAll();

        Assert.All(stage.Device.Batches, b => Assert.InRange(b.Rows.Length, 1, 2));
    }

    [Fact]
    public async Task RunOne_LongStepsThatGainByRows_RunInLargeBatches()
    {
        await using var stage = new SimulatedStage(o => o.MaxStepTime = TimeSpan.FromMilliseconds(50));
        var plan = Plans.Flat(20);
        (stage.Device.Fixed, stage.Device.PerCost) = (60, 1);
        stage.WarmUp(plan);

        stage.Admit(plan, rows: 16);
        stage.RunAll();

        Assert.All(stage.Device.Batches, b => Assert.Equal(16, b.Rows.Length));
    }

    [Fact]
    public async Task RunOne_BatchesThatGainNothing_FinishTheFirstRequestFirst()
    {
        await using var stage = new SimulatedStage(o => o.MaxBatchRows = 1);
        var plan = Plans.Flat(3);

        stage.Admit(plan, id: "a");
        stage.Admit(plan, id: "b");
        stage.RunAll();

        Assert.Equal("a@0 a@1 a@2 b@0 b@1 b@2", stage.Order);
    }
}
