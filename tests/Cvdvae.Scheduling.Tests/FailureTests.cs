using Cvdvae.Scheduling.Tests.Simulation;
using Xunit;

namespace Cvdvae.Scheduling.Tests;

public sealed class FailureTests
{
    [Fact]
    public async Task RunOne_DeviceThrows_FailsOnlyTheRequestsOfTheBatch()
    {
        await using var stage = new SimulatedStage();
        var error = new ArithmeticException("Not a number.");
        stage.Device.OnRun = batch =>
        {
            if (batch.Plan.Name == "bad")
            {
                throw error;
            }
        };

        var plan = Plans.Flat(4, name: "bad");
        var bad = ((StageRequest[])[stage.Request(plan, rows: 2), stage.Request(plan)]).Select(stage.Admit).ToArray();
        var good = stage.Admit(Plans.Flat(4, name: "good"), rows: 2);
        stage.RunAll();

        Assert.All(bad, r => Assert.Equal((StageEndReason.Failed, error), (Assert.Single(stage[r].Ends).Reason, stage[r].End!.Error)));
        Assert.Equal(StageEndReason.Finished, stage[good].End!.Reason);
        Assert.All([.. bad, good], r => Assert.All(r.Rows, row => Assert.Equal(1, stage.Device.Released[row])));
        Assert.Equal(default, (stage.Scheduler.Load.Backlog, stage.Scheduler.Load.Rows));
    }

    [Fact]
    public async Task RunOne_ObserverThrowsInStepDone_FailsOnlyItsRequest()
    {
        await using var stage = new SimulatedStage();
        var error = new IOException("Gone.");
        var bad = stage.Admit(Plans.Flat(4), rows: 2);
        stage[bad].OnStep = (_, step) =>
        {
            if (step == 1)
            {
                throw error;
            }
        };
        var good = stage.Admit(bad.Plan, rows: 2);
        stage.RunAll();

        Assert.Equal((StageEndReason.Failed, error), (Assert.Single(stage[bad].Ends).Reason, stage[bad].End!.Error));
        Assert.Equal(2, stage[bad].Steps.Count);
        Assert.Equal(StageEndReason.Finished, stage[good].End!.Reason);
    }

    [Fact]
    public async Task RunOne_ObserverThrowsAtItsLastStep_FailsAndReleasesOnce()
    {
        await using var stage = new SimulatedStage();
        var request = stage.Admit(Plans.Flat(1), rows: 2);
        stage[request].OnStep = (_, _) => throw new IOException();
        stage.RunAll();

        Assert.Equal(StageEndReason.Failed, Assert.Single(stage[request].Ends).Reason);
        Assert.All(request.Rows, row => Assert.Equal(1, stage.Device.Released[row]));
    }

    [Fact]
    public async Task RunOne_ObserverThrowsInEnded_OthersGoOn()
    {
        await using var stage = new SimulatedStage();
        var bad = stage.Admit(Plans.Flat(1));
        stage[bad].OnEnd = _ => throw new IOException();
        stage.RunAll();

        var good = stage.Admit(Plans.Flat(1));
        stage.RunAll();

        Assert.Equal(StageEndReason.Finished, stage[good].End!.Reason);
        Assert.Equal(0, stage.Scheduler.Load.Rows);
    }

    [Fact]
    public async Task RunOne_ReleaseThrows_RequestEndsAllTheSame()
    {
        await using var stage = new SimulatedStage();
        stage.Device.OnRelease = _ => throw new IOException();
        var request = stage.Admit(Plans.Flat(2));
        stage.RunAll();

        Assert.Equal(StageEndReason.Finished, Assert.Single(stage[request].Ends).Reason);
    }
}
