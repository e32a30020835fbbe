using Cvdvae.Scheduling.Tests.Simulation;
using Xunit;

namespace Cvdvae.Scheduling.Tests;

public sealed class DeadlineTests
{
    [Fact]
    public async Task RunOne_NextStepWouldRunPastTheDeadline_IsNotBegun()
    {
        await using var stage = new SimulatedStage();
        var plan = Plans.Steep(fineSteps: 5);
        stage.WarmUp(plan);

        var request = stage.Admit(stage.Request(plan, deadlineIn: 250));
        long deadline = request.Deadline!.Value;
        stage.RunAll();

        Assert.Equal("0 1 2", string.Join(' ', stage[request].Steps.Select(s => s.Step)));
        Assert.Equal(StageEndReason.Deadline, Assert.Single(stage[request].Ends).Reason);
        Assert.True(stage[request].EndedAt <= deadline);
        Assert.All(request.Rows, row => Assert.Equal(1, stage.Device.Released[row]));
        Assert.Equal(default, (stage.Scheduler.Load.Backlog, stage.Scheduler.Load.Rows));
    }

    [Fact]
    public async Task RunOne_DeadlinePassedWhileQueued_RunsNothing()
    {
        await using var stage = new SimulatedStage();
        var request = stage.Admit(stage.Request(Plans.Flat(5), deadlineIn: 10));

        stage.Time.Advance(TimeSpan.FromMilliseconds(11));
        stage.RunAll();

        Assert.Empty(stage.Device.Batches);
        Assert.Equal(StageEndReason.Deadline, stage[request].End!.Reason);
    }

    [Fact]
    public async Task RunOne_SharingWouldMissTheDeadline_BatchIsSmaller()
    {
        await using var stage = new SimulatedStage(o => o.MaxStepTime = TimeSpan.FromHours(1));
        var plan = Plans.Flat(2);
        (stage.Device.Fixed, stage.Device.PerCost) = (0.1, 10);
        stage.WarmUp(plan);

        var urgent = stage.Admit(stage.Request(plan, deadlineIn: 25, id: "urgent"));
        stage.Admit(plan, rows: 8, id: "other");
        stage.RunAll();

        Assert.StartsWith("urgent@0 urgent@1 other@0", stage.Order, StringComparison.Ordinal);
        Assert.Equal(StageEndReason.Finished, stage[urgent].End!.Reason);
    }

    [Fact]
    public async Task RunOne_SomeRowsInTime_TheyFinishAndTheRequestEndsAsLate()
    {
        await using var stage = new SimulatedStage(o => o.MaxBatchRows = 1);
        var plan = Plans.Flat(4);
        (stage.Device.Fixed, stage.Device.PerCost) = (0, 10);
        stage.WarmUp(plan);

        var request = stage.Admit(stage.Request(plan, rows: 2, deadlineIn: 65));
        stage.RunAll();

        Assert.Equal(6, stage.Device.Batches.Count);
        Assert.Equal(4, stage.Device.NextStep(request.Rows[0]));
        Assert.Equal(2, stage.Device.NextStep(request.Rows[1]));
        Assert.Equal(StageEndReason.Deadline, Assert.Single(stage[request].Ends).Reason);
    }

    [Fact]
    public async Task RunOne_DeadlineWhileBlocked_Ends()
    {
        await using var stage = new SimulatedStage();
        var request = stage.Admit(stage.Request(Plans.Flat(3), limit: 0, deadlineIn: 100));
        stage.RunAll();
        Assert.Null(stage[request].End);

        stage.Time.Advance(TimeSpan.FromMilliseconds(100));
        stage.RunAll();

        Assert.Equal(StageEndReason.Deadline, stage[request].End!.Reason);
    }

    [Fact]
    public async Task RunOne_DeadlineBeforeTheFirstSteps_TheyRunAllTheSameAndNoOthers()
    {
        await using var stage = new SimulatedStage();
        var plan = Plans.Steep();
        stage.WarmUp(plan);

        var request = stage.Admit(stage.Request(plan, rows: 2, deadlineIn: 10, firstSteps: 1, firstDeadlineIn: 1000));
        stage.Time.Advance(TimeSpan.FromMilliseconds(11));
        stage.RunAll();

        Assert.All(request.Rows, row => Assert.Equal(1, stage.Device.NextStep(row)));
        Assert.Equal(StageEndReason.Deadline, Assert.Single(stage[request].Ends).Reason);
        Assert.Equal(default, (stage.Scheduler.Load.Backlog, stage.Scheduler.Load.Rows));
    }

    [Fact]
    public async Task RunOne_FirstStepsBlockedBeyondTheirDeadline_Ends()
    {
        await using var stage = new SimulatedStage();
        var request = stage.Admit(stage.Request(Plans.Steep(), limit: 0, deadlineIn: 100, firstSteps: 1, firstDeadlineIn: 200));

        stage.Time.Advance(TimeSpan.FromMilliseconds(100));
        stage.RunAll();
        Assert.Null(stage[request].End);

        stage.Time.Advance(TimeSpan.FromMilliseconds(100));
        stage.RunAll();
        Assert.Equal(StageEndReason.Deadline, stage[request].End!.Reason);
        Assert.Empty(stage.Device.Batches);
    }
}
