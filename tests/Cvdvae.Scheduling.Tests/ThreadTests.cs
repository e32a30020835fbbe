using Cvdvae.Scheduling.Tests.Simulation;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cvdvae.Scheduling.Tests;

/// <summary>With the scheduler's own thread.</summary>
public sealed class ThreadTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task TryAdmit_FromManyThreads_AllEndAndDrainCompletes(int lanes)
    {
        var device = new CountingDevice(lanes);
        await using var scheduler = Start(device, TimeProvider.System, lanes);
        var plan = Plans.Pyramid();

        var ends = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var reasons = new List<StageEndReason>();
            for (int i = 0; i < 25; i++)
            {
                var observer = new RecordingObserver(TimeProvider.System);
                var request = new StageRequest("r", plan, [0, 1], observer) { InitialLimit = 5 };
                Assert.True(scheduler.TryAdmit(request).Admitted);
                scheduler.Raise(request.Rows, 20);
                scheduler.Raise(request.Rows, int.MaxValue);
                reasons.Add((await observer.Completion).Reason);
            }

            return reasons;
        }))).WaitAsync(Patience, TestContext.Current.CancellationToken);
        await scheduler.DrainAsync(CancellationToken.None).WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.All(ends.SelectMany(e => e), reason => Assert.Equal(StageEndReason.Finished, reason));
        Assert.Equal(8 * 25 * 2 * plan.Steps.Count, device.RowSteps);
        Assert.Equal(8 * 25 * 2, device.Released);
        Assert.Equal(default, (scheduler.Load.Rows, scheduler.Load.Backlog));
    }

    [Fact]
    public async Task TryAdmit_WhileAStepRuns_DoesNotWaitForIt()
    {
        var device = new CountingDevice();
        await using var scheduler = Start(device, TimeProvider.System);
        device.Block();
        var running = Request(out var observer);
        Assert.True(scheduler.TryAdmit(running).Admitted);
        await device.Entered.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.True(scheduler.TryAdmit(Request(out var second)).Admitted);
        scheduler.Raise(running.Rows, 3);
        Assert.Equal(2, scheduler.Load.Rows);
        Assert.Empty(observer.Ends);

        device.Unblock();
        Assert.Equal(StageEndReason.Finished, (await observer.Completion).Reason);
        Assert.Equal(StageEndReason.Finished, (await second.Completion).Reason);
    }

    [Fact]
    public async Task TryAdmit_TwoRequestsAndTwoLanes_RunAtOnce()
    {
        var device = new CountingDevice(lanes: 2);
        await using var scheduler = Start(device, TimeProvider.System, lanes: 2);
        device.Block();
        Assert.True(scheduler.TryAdmit(Request(out var first)).Admitted);
        await device.Entered.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.True(scheduler.TryAdmit(Request(out var second)).Admitted);
        Assert.True(SpinWait.SpinUntil(() => device.MostRunning == 2, Patience));

        device.Unblock();

        Assert.Equal(StageEndReason.Finished, (await first.Completion).Reason);
        Assert.Equal(StageEndReason.Finished, (await second.Completion).Reason);
    }

    [Fact]
    public async Task Raise_WhileAStepRuns_TheOtherLaneWorksAhead()
    {
        var device = new CountingDevice(lanes: 2) { PiecesAhead = 7 };
        await using var scheduler = Start(device, TimeProvider.System, lanes: 2);
        device.Block();
        var request = new StageRequest("r", Plans.Flat(3), [0], new RecordingObserver(TimeProvider.System)) { InitialLimit = 1 };
        Assert.True(scheduler.TryAdmit(request).Admitted);
        await device.Entered.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);

        scheduler.Raise(request.Rows, 3);

        Assert.True(SpinWait.SpinUntil(() => device.ThreadsAhead.Count == 7, Patience));
        Assert.Equal(0, device.RowSteps);
        device.Unblock();
        Assert.Equal(StageEndReason.Finished, (await ((RecordingObserver)request.Observer).Completion).Reason);
        Assert.Empty(device.ThreadsAhead.Intersect(device.ThreadsOfSteps));
    }

    [Fact]
    public async Task Raise_OneLane_WorksNothingAhead()
    {
        var device = new CountingDevice { PiecesAhead = 7 };
        await using var scheduler = Start(device, TimeProvider.System);
        var request = new StageRequest("r", Plans.Flat(3), [0], new RecordingObserver(TimeProvider.System)) { InitialLimit = 1 };
        Assert.True(scheduler.TryAdmit(request).Admitted);
        scheduler.Raise(request.Rows, 3);

        Assert.Equal(StageEndReason.Finished, (await ((RecordingObserver)request.Observer).Completion).Reason);

        Assert.Empty(device.ThreadsAhead);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public async Task TryAdmit_LoadThatComesAndGoes_StepsAloneRunOnOneThread(int lanes)
    {
        var device = new CountingDevice(lanes);
        await using var scheduler = Start(device, TimeProvider.System, lanes);

        // Of different lengths, so that now one lane and now another is the last that has work.
        for (int round = 0; round < 200; round++)
        {
            var observers = new List<RecordingObserver>();
            for (int i = 0; i <= round % 4; i++)
            {
                observers.Add(new RecordingObserver(TimeProvider.System));
                Assert.True(scheduler.TryAdmit(new StageRequest("r", Plans.Flat(1 + ((round + (7 * i)) % 13)), [0], observers[^1])).Admitted);
            }

            await Task.WhenAll(observers.Select(observer => observer.Completion)).WaitAsync(Patience, TestContext.Current.CancellationToken);
        }

        Assert.Equal(1, device.ThreadsAlone);
    }

    [Fact]
    public async Task DisposeAsync_IdleLanes_AllStop()
    {
        for (int repetition = 0; repetition < 50; repetition++)
        {
            var scheduler = Start(new CountingDevice(lanes: 4), TimeProvider.System, lanes: 4);

            await scheduler.DisposeAsync().AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Cancel_WhileTheThreadSleeps_EndsTheBlockedRequest()
    {
        await using var scheduler = Start(new CountingDevice(), TimeProvider.System);
        using var cancel = new CancellationTokenSource();
        var observer = new RecordingObserver(TimeProvider.System);
        var request = new StageRequest("r", Plans.Flat(2), [0], observer) { InitialLimit = 0, Cancelled = cancel.Token };
        Assert.True(scheduler.TryAdmit(request).Admitted);

        await cancel.CancelAsync();

        Assert.Equal(StageEndReason.Cancelled, (await observer.Completion).Reason);
    }

    [Fact]
    public async Task Deadline_WhileTheThreadSleeps_EndsTheBlockedRequest()
    {
        var time = new FakeTimeProvider();
        await using var scheduler = Start(new CountingDevice(), time);
        var observer = new RecordingObserver(time);
        var request = new StageRequest("r", Plans.Flat(2), [0], observer)
        {
            InitialLimit = 0,
            Deadline = time.GetTimestamp() + TimeSpan.FromSeconds(5).Ticks,
        };
        Assert.True(scheduler.TryAdmit(request).Admitted);

        // The thread sets its alarm at some moment of its own.
        for (int i = 0; i < 1000 && observer.EndedAt == 0; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.Equal(StageEndReason.Deadline, (await observer.Completion).Reason);
    }

    [Fact]
    public async Task DisposeAsync_RunningRequests_EndAsCancelledAfterTheStep()
    {
        var device = new CountingDevice();
        var scheduler = Start(device, TimeProvider.System);
        device.Block();
        Assert.True(scheduler.TryAdmit(Request(out var observer)).Admitted);
        await device.Entered.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);

        var disposed = scheduler.DisposeAsync().AsTask();
        Assert.False(disposed.IsCompleted);
        device.Unblock();
        await disposed.WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Equal(StageEndReason.Cancelled, Assert.Single(observer.Ends).Reason);
        Assert.Equal((1, 1), (device.RowSteps, device.Released));
        Assert.False(scheduler.TryAdmit(Request(out _)).Admitted);
    }

    private static StageScheduler Start(IStageDevice device, TimeProvider time, int lanes = 1) =>
        new(device, new StageSchedulerOptions { Lanes = lanes }, time, NullLogger<StageScheduler>.Instance);

    private static StageRequest Request(out RecordingObserver observer) =>
        new("r", Plans.Flat(3), [0], observer = new RecordingObserver(TimeProvider.System));
}
