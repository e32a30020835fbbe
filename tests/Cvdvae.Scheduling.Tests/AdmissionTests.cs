using Cvdvae.Scheduling.Tests.Simulation;
using System.ComponentModel.DataAnnotations;
using Xunit;

namespace Cvdvae.Scheduling.Tests;

public sealed class AdmissionTests
{
    [Fact]
    public async Task TryAdmit_ByDefault_TakesSixtyFourRowsOfAMeasuredModel()
    {
        await using var stage = new SimulatedStage();
        var plan = Plans.Pyramid();
        stage.WarmUp(plan);

        Assert.All(Enumerable.Range(0, 64), _ => Assert.True(stage.Scheduler.TryAdmit(stage.Request(plan)).Admitted));
    }

    [Fact]
    public async Task TryAdmit_Measured_BacklogIsTheDeviceTimeOfTheWork()
    {
        await using var stage = new SimulatedStage();
        var plan = Plans.Pyramid();
        stage.WarmUp(plan);

        var load = stage.Scheduler.TryAdmit(stage.Request(plan, rows: 4)).Load;
        double busy = stage.Device.Busy;
        Assert.Equal(load, stage.Scheduler.Load);
        stage.RunAll();

        Assert.Equal(4, load.Rows);
        Assert.Equal(stage.Device.Busy - busy, load.Backlog.TotalMilliseconds, tolerance: 0.03 * load.Backlog.TotalMilliseconds);
        Assert.Equal(TimeSpan.Zero, stage.Scheduler.Load.Backlog);
    }

    [Fact]
    public async Task TryAdmit_HalfMeasured_RestIsCountedByItsCost()
    {
        await using var stage = new SimulatedStage();
        var plan = Plans.Flat(10);
        (stage.Device.Fixed, stage.Device.PerCost) = (0, 10);
        stage.Admit(stage.Request(plan, end: 2));
        stage.RunAll();

        var load = stage.Scheduler.TryAdmit(stage.Request(plan)).Load;

        Assert.Equal(100, load.Backlog.TotalMilliseconds, tolerance: 1);
    }

    [Fact]
    public async Task TryAdmit_BacklogFull_RefusesUntilWorkIsDone()
    {
        await using var stage = new SimulatedStage(o => o.MaxBacklog = TimeSpan.FromSeconds(1));
        var plan = Plans.Flat(10);
        (stage.Device.Fixed, stage.Device.PerCost) = (0, 10);
        stage.WarmUp(plan);
        for (int i = 0; i < 10; i++)
        {
            stage.Admit(plan);
        }

        var refused = stage.Request(plan, rows: 2);
        var admission = stage.Scheduler.TryAdmit(refused);
        Assert.False(admission.Admitted);
        Assert.Equal(200, admission.RetryAfter.TotalMilliseconds, tolerance: 10);
        Assert.Equal(10, admission.Load.Rows);

        while (stage.Scheduler.Load.Backlog > TimeSpan.FromMilliseconds(790))
        {
            stage.Run(1);
        }

        Assert.True(stage.Scheduler.TryAdmit(refused).Admitted);
    }

    [Fact]
    public async Task TryAdmit_IdleStage_TakesARequestLargerThanTheBacklog()
    {
        await using var stage = new SimulatedStage(o => o.MaxBacklog = TimeSpan.FromMilliseconds(10));
        var plan = Plans.Flat(10);
        stage.Device.PerCost = 10;
        stage.WarmUp(plan);

        Assert.True(stage.Scheduler.TryAdmit(stage.Request(plan, rows: 5)).Admitted);
        Assert.False(stage.Scheduler.TryAdmit(stage.Request(plan)).Admitted);
    }

    [Fact]
    public async Task TryAdmit_RowsFull_RefusesWithATimeWithinTheBacklog()
    {
        await using var stage = new SimulatedStage(o => o.MaxRows = 64);
        var plan = Plans.Flat(10);
        stage.Device.PerCost = 10;
        stage.WarmUp(plan);
        stage.Admit(plan, rows: 60);

        var admission = stage.Scheduler.TryAdmit(stage.Request(plan, rows: 8));

        Assert.False(admission.Admitted);
        Assert.InRange(admission.RetryAfter, TimeSpan.FromMilliseconds(100), admission.Load.Backlog);
    }

    [Fact]
    public async Task TryAdmit_MoreRowsThanEver_SaysThatThereIsNoUseInRetrying()
    {
        await using var stage = new SimulatedStage(o => o.MaxRows = 64);

        var admission = stage.Scheduler.TryAdmit(stage.Request(Plans.Flat(1), rows: 65));

        Assert.False(admission.Admitted);
        Assert.Equal(Timeout.InfiniteTimeSpan, admission.RetryAfter);
    }

    [Fact]
    public async Task TryAdmit_Twice_Throws()
    {
        await using var stage = new SimulatedStage();
        var request = stage.Admit(Plans.Flat(1));

        Assert.Throws<InvalidOperationException>(() => stage.Scheduler.TryAdmit(request));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public async Task TryAdmit_EndStepOutsideThePlan_Throws(int end)
    {
        await using var stage = new SimulatedStage();

        Assert.Throws<ArgumentOutOfRangeException>(() => stage.Scheduler.TryAdmit(stage.Request(Plans.Flat(3), end: end)));
    }

    [Fact]
    public async Task Learn_BeforeTheFirstRequest_CountsInTheBacklog()
    {
        await using var stage = new SimulatedStage();
        var plan = Plans.Flat(10);

        stage.Scheduler.Learn(plan, 0, 1, TimeSpan.FromMilliseconds(50));
        stage.Scheduler.RunOne();

        Assert.Equal(500, stage.Scheduler.TryAdmit(stage.Request(plan)).Load.Backlog.TotalMilliseconds, tolerance: 1);
    }

    [Fact]
    public async Task Forget_PlanInUse_KeepsItUntilItsRequestsHaveEnded()
    {
        await using var stage = new SimulatedStage();
        var plan = Plans.Flat(10);
        stage.Device.PerCost = 10;
        stage.WarmUp(plan);
        var request = stage.Admit(plan);

        stage.Scheduler.Forget(plan);
        Assert.True(stage.Scheduler.Load.Backlog > TimeSpan.FromMilliseconds(50));
        stage.RunAll();

        Assert.Equal(StageEndReason.Finished, stage[request].End!.Reason);
        Assert.True(stage.Scheduler.TryAdmit(stage.Request(plan)).Load.Backlog < TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task Ended_QueuedTime_IsTheWaitOfTheLongestWaitingRowOverTheSteps()
    {
        await using var stage = new SimulatedStage(o => o.MaxBatchRows = 1);
        var plan = Plans.Flat(2);
        (stage.Device.Fixed, stage.Device.PerCost) = (0, 10);
        stage.WarmUp(plan);

        var request = stage.Admit(stage.Request(plan, rows: 2));
        stage.RunAll();

        // The second row waits for both steps of the first before its own first, and for nothing then.
        Assert.Equal(20, stage[request].End!.Queued.TotalMilliseconds, tolerance: 0.001);
    }

    [Fact]
    public async Task DrainAsync_RunningRequest_CompletesWithItAndRefusesNewOnes()
    {
        await using var stage = new SimulatedStage();
        var request = stage.Admit(Plans.Flat(3));
        stage.Run(1);

        var drained = stage.Scheduler.DrainAsync(TestContext.Current.CancellationToken);
        Assert.True(stage.Scheduler.Draining);
        Assert.False(stage.Scheduler.TryAdmit(stage.Request(request.Plan)).Admitted);
        Assert.False(drained.IsCompleted);
        stage.RunAll();

        await drained.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Equal(StageEndReason.Finished, stage[request].End!.Reason);
    }

    [Theory]
    [InlineData(0, 256, 0.02)]
    [InlineData(1, 0, 0.02)]
    [InlineData(1, 256, 0)]
    [InlineData(1, 256, double.NaN)]
    public void Constructor_OptionOutOfRange_Throws(long bytes, int rows, double ageing)
    {
        Assert.Throws<ValidationException>(() => new SimulatedStage(o => (o.MaxBatchBytes, o.MaxRows, o.AgeingRate) = (bytes, rows, ageing)));
    }
}
