using Cvdvae.Scheduling.Running;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using System.Diagnostics.Metrics;
using Xunit;

namespace Cvdvae.Scheduling.Tests.Simulation;

/// <summary>A scheduler without a thread on a simulated device: runs when the test says so.</summary>
internal sealed class SimulatedStage : IAsyncDisposable
{
    private readonly Dictionary<StageRequest, RecordingObserver> _observers = [];
    private readonly int _lanes;
    private readonly List<(StageStep Step, long End)> _running = [];
    private int _requests;
    private TimeSpan _taken;

    public SimulatedStage(Action<StageSchedulerOptions>? configure = null, IMeterFactory? meters = null)
    {
        Device = new SimulatedDevice(Time);
        var options = new StageSchedulerOptions();
        configure?.Invoke(options);
        _lanes = options.Lanes;
        Device.OnRelease = rows => Device.Expect(!rows.Any(IsRunning), "A row was released while it ran.");
        Device.OnTime = _lanes > 1 ? time => _taken = time : null;
        Scheduler = new StageScheduler(Device, options, Time, NullLogger<StageScheduler>.Instance, meters, startThreads: false);
    }

    public FakeTimeProvider Time { get; } = new();

    public SimulatedDevice Device { get; }

    public StageScheduler Scheduler { get; }

    /// <summary>The batches so far.</summary>
    public string Order => string.Join(' ', Device.Batches);

    public RecordingObserver this[StageRequest request] => _observers[request];

    public StageRequest Request(
        StagePlan plan,
        int rows = 1,
        int? end = null,
        int limit = int.MaxValue,
        int priority = 0,
        double? deadlineIn = null,
        CancellationTokenSource? cancel = null,
        string? id = null,
        int firstSteps = 0,
        double? firstDeadlineIn = null)
    {
        var observer = new RecordingObserver(Time);
        var request = new StageRequest(id ?? $"r{_requests++}", plan, [.. Enumerable.Range(0, rows)], observer)
        {
            EndStep = end ?? plan.Steps.Count,
            InitialLimit = limit,
            Priority = priority,
            Deadline = deadlineIn is { } ms ? Time.GetTimestamp() + TimeSpan.FromMilliseconds(ms).Ticks : null,
            FirstSteps = firstSteps,
            FirstDeadline = firstDeadlineIn is { } first ? Time.GetTimestamp() + TimeSpan.FromMilliseconds(first).Ticks : null,
            Cancelled = cancel?.Token ?? default,
        };
        _observers.Add(request, observer);
        return request;
    }

    public StageRequest Admit(StageRequest request)
    {
        Assert.True(Scheduler.TryAdmit(request).Admitted);
        return request;
    }

    public StageRequest Admit(StagePlan plan, int rows = 1, int priority = 0, string? id = null) =>
        Admit(Request(plan, rows, priority: priority, id: id));

    /// <summary>Lets every idle lane begin a step, and goes on to the end of the one that ends first.</summary>
    /// <returns>Whether a step ran.</returns>
    public bool RunOne()
    {
        if (_lanes == 1)
        {
            return Scheduler.RunOne();
        }

        BeginSteps();
        return EndFirst();
    }

    /// <summary>Lets every idle lane begin a step.</summary>
    public void BeginSteps()
    {
        while (_running.Count < _lanes && Scheduler.Begin() is { } step)
        {
            Device.Expect(!step.Rows.Any(IsRunning), "A row ran twice at once.");
            _taken = TimeSpan.Zero;
            step.Run(Device);
            _running.Add((step, Time.GetTimestamp() + _taken.Ticks));
        }
    }

    /// <summary>Goes on to the end of the step that ends first.</summary>
    /// <returns>Whether there was one.</returns>
    public bool EndFirst()
    {
        if (_running.Count == 0)
        {
            return false;
        }

        var (first, end) = _running.MinBy(running => running.End);
        Time.Advance(TimeSpan.FromTicks(Math.Max(0, end - Time.GetTimestamp())));
        _running.RemoveAll(running => running.Step == first);
        Scheduler.End(first);
        return true;
    }

    /// <summary>Runs until no row can run.</summary>
    public void RunAll(int atMost = 1_000_000)
    {
        while (RunOne())
        {
            Assert.True(--atMost > 0, "The scheduler doesn't come to an end.");
        }
    }

    public void Run(int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            Assert.True(RunOne());
        }
    }

    /// <summary>Measures the costs of a plan's steps with single rows and with batches, so that what follows is decided by them.</summary>
    public void WarmUp(StagePlan plan)
    {
        foreach (int rows in (int[])[1, 8, 1, 8])
        {
            Admit(plan, rows);
            RunAll();
        }

        Device.Batches.Clear();
    }

    public double MillisecondsOf(long from, long to) => Time.GetElapsedTime(from, to).TotalMilliseconds;

    /// <summary>Whether a row is in a step that runs now.</summary>
    public bool IsRunning(StageRow row) => _running.Any(running => running.Step.Rows.Contains(row));

    public async ValueTask DisposeAsync()
    {
        await Scheduler.DisposeAsync();
        Assert.Empty(Device.Violations);
    }
}
