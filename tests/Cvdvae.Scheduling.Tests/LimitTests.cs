using Cvdvae.Scheduling.Tests.Simulation;
using Xunit;

namespace Cvdvae.Scheduling.Tests;

public sealed class LimitTests
{
    [Fact]
    public async Task RunOne_InitialLimit_StopsBeforeIt()
    {
        await using var stage = new SimulatedStage();

        var request = stage.Admit(stage.Request(Plans.Flat(5), limit: 2));
        stage.RunAll();

        Assert.Equal(2, stage.Device.Batches.Count);
        Assert.Null(stage[request].End);
        Assert.Equal(1, stage.Scheduler.Load.Rows);
    }

    [Fact]
    public async Task Raise_BlockedRows_GoOn()
    {
        await using var stage = new SimulatedStage();
        var request = stage.Admit(stage.Request(Plans.Flat(5), rows: 2, limit: 0));
        stage.RunAll();

        stage.Scheduler.Raise([request.Rows[1]], 3);
        stage.RunAll();
        Assert.Equal((0, 3), (stage.Device.NextStep(request.Rows[0]), stage.Device.NextStep(request.Rows[1])));
        stage.Scheduler.Raise(request.Rows, 5);
        stage.RunAll();

        Assert.Equal(StageEndReason.Finished, stage[request].End!.Reason);
    }

    [Fact]
    public async Task Raise_LowerLimit_ChangesNothing()
    {
        await using var stage = new SimulatedStage();
        var request = stage.Admit(stage.Request(Plans.Flat(5), limit: 3));

        stage.Scheduler.Raise(request.Rows, 1);
        stage.RunAll();

        Assert.Equal(3, stage.Device.NextStep(request.Rows[0]));
    }

    [Fact]
    public async Task Raise_DuringTheRowsStep_IsNotLost()
    {
        await using var stage = new SimulatedStage();
        var request = stage.Admit(stage.Request(Plans.Flat(3), limit: 1));

        stage[request].OnStep = (rows, step) => stage.Scheduler.Raise(rows, step + 2);
        stage.RunAll();

        Assert.Equal(StageEndReason.Finished, stage[request].End!.Reason);
    }

    [Fact]
    public async Task Raise_EndedOrUnknownRows_PassedOverOrRefused()
    {
        await using var stage = new SimulatedStage();
        var request = stage.Admit(Plans.Flat(1));
        stage.RunAll();

        stage.Scheduler.Raise(request.Rows, 7);
        stage.Scheduler.Drop(request.Rows);
        stage.RunAll();

        Assert.Single(stage[request].Ends);
        Assert.Throws<InvalidOperationException>(() => stage.Scheduler.Raise(stage.Request(Plans.Flat(1)).Rows, 1));
        Assert.Throws<InvalidOperationException>(() => stage.Scheduler.Drop(stage.Request(Plans.Flat(1)).Rows));
    }

    [Fact]
    public async Task Drop_SomeRows_OthersFinish()
    {
        await using var stage = new SimulatedStage();
        var request = stage.Admit(stage.Request(Plans.Flat(5), rows: 3, limit: 2));
        stage.RunAll();

        stage.Scheduler.Drop([request.Rows[1]]);
        stage.Scheduler.Raise(request.Rows, 5);
        stage.RunAll();

        Assert.Equal([5, 2, 5], request.Rows.Select(stage.Device.NextStep));
        Assert.Equal(StageEndReason.Finished, Assert.Single(stage[request].Ends).Reason);
        Assert.All(request.Rows, row => Assert.Equal(1, stage.Device.Released[row]));
        Assert.Equal(default, (stage.Scheduler.Load.Backlog, stage.Scheduler.Load.Rows));
    }

    [Fact]
    public async Task Drop_AllRows_EndsAsFinished()
    {
        await using var stage = new SimulatedStage();
        var request = stage.Admit(stage.Request(Plans.Flat(5), rows: 2));

        stage.Scheduler.Drop(request.Rows);
        stage.RunAll();

        Assert.Empty(stage.Device.Batches);
        Assert.Equal(StageEndReason.Finished, Assert.Single(stage[request].Ends).Reason);
    }
}
