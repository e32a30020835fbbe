using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using System.Diagnostics.Metrics;
using Xunit;

namespace Cvdvae.Scheduling.Tests.Simulation;

/// <summary>A scheduler without a thread on a simulated device: runs when the test says so.</summary>
internal sealed class SimulatedStage : IAsyncDisposable
{
    private readonly Dictionary<StageRequest, RecordingObserver> _observers = [];
    private int _requests;

    public SimulatedStage(Action<StageSchedulerOptions>? configure = null, IMeterFactory? meters = null)
    {
        Device = new SimulatedDevice(Time);
        var options = new StageSchedulerOptions();
        configure?.Invoke(options);
        Scheduler = new StageScheduler(Device, options, Time, NullLogger<StageScheduler>.Instance, meters, startThread: false);
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
        string? id = null)
    {
        var observer = new RecordingObserver(Time);
        var request = new StageRequest(id ?? $"r{_requests++}", plan, [.. Enumerable.Range(0, rows)], observer)
        {
            EndStep = end ?? plan.Steps.Count,
            InitialLimit = limit,
            Priority = priority,
            Deadline = deadlineIn is { } ms ? Time.GetTimestamp() + TimeSpan.FromMilliseconds(ms).Ticks : null,
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

    /// <summary>Runs until no row can run.</summary>
    public void RunAll(int atMost = 1_000_000)
    {
        while (Scheduler.RunOne())
        {
            Assert.True(--atMost > 0, "The scheduler doesn't come to an end.");
        }
    }

    public void Run(int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            Assert.True(Scheduler.RunOne());
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

    public ValueTask DisposeAsync() => Scheduler.DisposeAsync();
}
