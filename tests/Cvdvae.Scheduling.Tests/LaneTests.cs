using Cvdvae.Scheduling.Tests.Simulation;
using Xunit;

namespace Cvdvae.Scheduling.Tests;

/// <summary>Several steps at once.</summary>
public sealed class LaneTests
{
    [Fact]
    public async Task RunOne_OneRequestOfARow_HasTheDeviceToItself()
    {
        await using var stage = new SimulatedStage(o => o.Lanes = 2);
        var plan = Plans.Flat(4);
        (stage.Device.Fixed, stage.Device.PerCost) = (0, 10);
        var request = stage.Admit(plan);

        stage.RunAll();

        Assert.Equal(40, stage.MillisecondsOf(stage.Device.Batches[0].Begin, stage[request].EndedAt), tolerance: 0.001);
    }

    [Theory]
    [InlineData(0.001, 1, 3)] // rows gain nothing by a batch: each lane gets its part
    [InlineData(5, 0.01, 6)] // they are nearly free in a batch: they stay together
    public async Task RunOne_RowsOfOneRequest_AreDividedAmongTheLanesWhereABatchGainsNothing(double fixedCost, double perCost, int expected)
    {
        await using var stage = new SimulatedStage(o => o.Lanes = 2);
        var plan = Plans.Flat(4);
        (stage.Device.Fixed, stage.Device.PerCost) = (fixedCost, perCost);
        stage.WarmUp(plan);
        stage.Admit(plan, rows: 6);

        stage.RunAll();

        Assert.All(stage.Device.Batches, batch => Assert.Equal(expected, batch.Rows.Length));
    }

    [Fact]
    public async Task Begin_StepOfTwoLanes_CostsHalfOfItsTime()
    {
        await using var stage = new SimulatedStage(o => o.Lanes = 2);
        var plan = Plans.Flat(10);
        (stage.Device.Fixed, stage.Device.PerCost) = (0, 10);
        stage.WarmUp(plan);

        stage.Admit(plan, rows: 4);

        Assert.Equal(400, stage.Scheduler.Load.Backlog.TotalMilliseconds, tolerance: 1);
    }

    [Fact]
    public async Task Sweep_CancelledWhileOneRowRuns_OthersStopAtOnceAndTheEndComesAfterTheStep()
    {
        await using var stage = new SimulatedStage(o => (o.Lanes, o.MaxBatchRows) = (2, 1));
        using var cancel = new CancellationTokenSource();
        var plan = Plans.Flat(10);
        var request = stage.Admit(stage.Request(plan, rows: 3, cancel: cancel));
        stage.BeginSteps();

        await cancel.CancelAsync();
        stage.EndFirst();
        stage.BeginSteps();

        Assert.Empty(stage[request].Ends);
        Assert.Equal(2, stage.Device.Released.Count);
        stage.RunAll();
        Assert.Equal(StageEndReason.Cancelled, Assert.Single(stage[request].Ends).Reason);
        Assert.Equal(2, stage.Device.Batches.Count);
        Assert.All(request.Rows, row => Assert.Equal(1, stage.Device.Released[row]));
        Assert.Equal(default, (stage.Scheduler.Load.Backlog, stage.Scheduler.Load.Rows));
    }

    [Fact]
    public async Task Drop_RunningRow_IsReleasedAfterItsStepAndTheOthersFinish()
    {
        await using var stage = new SimulatedStage(o => (o.Lanes, o.MaxBatchRows) = (2, 1));
        var request = stage.Admit(Plans.Flat(4), rows: 2);
        stage.BeginSteps();

        stage.Scheduler.Drop([request.Rows[1]]);
        stage.RunAll();

        Assert.Equal((4, 1), (stage.Device.NextStep(request.Rows[0]), stage.Device.NextStep(request.Rows[1])));
        Assert.Equal(StageEndReason.Finished, Assert.Single(stage[request].Ends).Reason);
        Assert.All(request.Rows, row => Assert.Equal(1, stage.Device.Released[row]));
    }

    [Fact]
    public async Task End_FailureWhileAnotherRowRuns_EndsOnceAndAfterIt()
    {
        await using var stage = new SimulatedStage(o => (o.Lanes, o.MaxBatchRows) = (2, 1));
        var error = new ArithmeticException("Not a number.");
        int runs = 0;
        stage.Device.OnRun = _ =>
        {
            if (++runs == 2)
            {
                throw error;
            }
        };
        var request = stage.Admit(Plans.Flat(4), rows: 2);
        stage.RunAll();

        Assert.Equal((StageEndReason.Failed, error), (Assert.Single(stage[request].Ends).Reason, stage[request].End!.Error));
        Assert.Single(stage[request].Steps);
        Assert.All(request.Rows, row => Assert.Equal(1, stage.Device.Released[row]));
    }

    [Fact]
    public async Task StepDone_ObserverThrowsWhileAnotherRowRuns_EndsOnceAndAfterIt()
    {
        await using var stage = new SimulatedStage(o => (o.Lanes, o.MaxBatchRows) = (2, 1));
        var error = new IOException("Gone.");
        var request = stage.Admit(Plans.Flat(4), rows: 2);
        stage[request].OnStep = (_, _) => throw error;
        stage.RunAll();

        Assert.Equal((StageEndReason.Failed, error), (Assert.Single(stage[request].Ends).Reason, stage[request].End!.Error));
        Assert.Equal(2, stage.Device.Batches.Count);
    }

    [Fact]
    public async Task Sweep_DeadlineWhileARowRuns_ItFinishesItsStepAndStops()
    {
        await using var stage = new SimulatedStage(o => (o.Lanes, o.MaxBatchRows) = (2, 1));
        var plan = Plans.Flat(10);
        (stage.Device.Fixed, stage.Device.PerCost) = (0, 10);
        stage.WarmUp(plan);

        var request = stage.Admit(stage.Request(plan, rows: 2, deadlineIn: 65));
        long deadline = request.Deadline!.Value;
        stage.RunAll();

        // Two lanes that share the device: 20 ms for a step of each.
        Assert.Equal(6, stage.Device.Batches.Count);
        Assert.Equal(StageEndReason.Deadline, Assert.Single(stage[request].Ends).Reason);
        Assert.True(stage[request].EndedAt <= deadline);
    }
}
