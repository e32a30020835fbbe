using Cvdvae.Scheduling.Tests.Simulation;
using Xunit;

namespace Cvdvae.Scheduling.Tests;

public sealed class CancellationTests
{
    [Fact]
    public async Task RunOne_CancelledDuringAStep_NoFurtherStepIsBegun()
    {
        await using var stage = new SimulatedStage();
        using var cancel = new CancellationTokenSource();
        var request = stage.Admit(stage.Request(Plans.Flat(10), rows: 4, cancel: cancel));
        stage.Run(2);

        stage.Device.OnRun = _ => cancel.Cancel();
        stage.RunAll();

        Assert.Equal(3, stage.Device.Batches.Count);
        Assert.Equal(StageEndReason.Cancelled, Assert.Single(stage[request].Ends).Reason);
        Assert.All(request.Rows, row => Assert.Equal(1, stage.Device.Released[row]));
        Assert.Equal(default, (stage.Scheduler.Load.Backlog, stage.Scheduler.Load.Rows));
    }

    [Fact]
    public async Task RunOne_HalfOfAHundredCancelled_OthersFinishUnaffected()
    {
        await using var stage = new SimulatedStage();
        using var cancel = new CancellationTokenSource();
        var plan = Plans.Pyramid();
        var stopped = Enumerable.Range(0, 50).Select(_ => stage.Admit(stage.Request(plan, cancel: cancel))).ToArray();
        var others = Enumerable.Range(0, 50).Select(_ => stage.Admit(plan)).ToArray();
        stage.Run(20);

        await cancel.CancelAsync();
        int before = stage.Device.Batches.Count;
        stage.RunAll();

        Assert.DoesNotContain(stage.Device.Batches.Skip(before), b => b.Rows.Any(r => stopped.Contains(r.Request)));
        Assert.All(stopped, r => Assert.Equal(StageEndReason.Cancelled, stage[r].End!.Reason));
        Assert.All(others, r => Assert.Equal(StageEndReason.Finished, stage[r].End!.Reason));
        Assert.Equal(100, stage.Device.Released.Count);
    }

    [Fact]
    public async Task RunOne_CancelledBeforeItsFirstStep_RunsNone()
    {
        await using var stage = new SimulatedStage();
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();

        var request = stage.Admit(stage.Request(Plans.Flat(3), cancel: cancel));
        stage.RunAll();

        Assert.Empty(stage.Device.Batches);
        Assert.Equal(StageEndReason.Cancelled, stage[request].End!.Reason);
        Assert.Equal(1, stage.Device.Released[request.Rows[0]]);
    }

    [Fact]
    public async Task RunOne_CancelledWhileBlocked_Ends()
    {
        await using var stage = new SimulatedStage();
        using var cancel = new CancellationTokenSource();
        var request = stage.Admit(stage.Request(Plans.Flat(3), limit: 1, cancel: cancel));
        stage.RunAll();
        Assert.Null(stage[request].End);

        await cancel.CancelAsync();
        stage.RunAll();

        Assert.Equal(StageEndReason.Cancelled, stage[request].End!.Reason);
    }
}
