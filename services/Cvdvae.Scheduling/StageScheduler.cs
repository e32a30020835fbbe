using Microsoft.Extensions.Logging;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics.Metrics;

namespace Cvdvae.Scheduling;

/// <summary>Shares one device between the requests of a stage: decides between steps what runs next, and admits no more than it can do.</summary>
public sealed class StageScheduler : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly IStageDevice _device;
    private readonly StageSchedulerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<StageScheduler> _logger;
    private readonly List<StageRequest> _active = [];
    private readonly SemaphoreSlim _wake = new(0);
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _draining;
    private volatile bool _stopping;

    /// <summary>Creates a scheduler and starts its thread.</summary>
    /// <param name="device">What runs the steps; only ever called on the scheduler's thread.</param>
    /// <param name="options">Limits and weights.</param>
    /// <param name="time">Clock of deadlines, ageing and measurements.</param>
    /// <param name="logger">Log of failures.</param>
    /// <param name="meters">Makes the meter; null: one of its own.</param>
    /// <exception cref="ValidationException">An option is out of range.</exception>
    public StageScheduler(
        IStageDevice device, StageSchedulerOptions options, TimeProvider time, ILogger<StageScheduler> logger, IMeterFactory? meters = null)
    {
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        (_device, _options, _time, _logger) = (device, options, time, logger);
        _ = meters;
        new Thread(Loop) { IsBackground = true, Name = "stage scheduler" }.Start();
    }

    /// <summary>Whether no request is admitted any more.</summary>
    public bool Draining => Volatile.Read(ref _draining);

    /// <summary>Work before the device.</summary>
    public StageLoad Load
    {
        get
        {
            lock (_gate)
            {
                return LoadNow();
            }
        }
    }

    /// <summary>Admits a request or refuses it; never waits for the device. The observer of an admitted one is told of its steps and, once, of its end.</summary>
    /// <param name="request">The request, not admitted before.</param>
    /// <returns>Whether it was admitted; <see cref="Admission.RetryAfter"/> is <see cref="Timeout.InfiniteTimeSpan"/> where trying again is of no use: it has more rows than are ever admitted, or the scheduler is draining.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="StageRequest.EndStep"/> is not within 1 to the number of steps.</exception>
    /// <exception cref="InvalidOperationException">It was admitted before.</exception>
    public Admission TryAdmit(StageRequest request)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(request.EndStep, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(request.EndStep, request.Plan.Steps.Count);
        lock (_gate)
        {
            if (_draining || request.Rows.Count > _options.MaxRows)
            {
                return new Admission(false, Timeout.InfiniteTimeSpan, LoadNow());
            }

            if (LoadNow().Rows + request.Rows.Count > _options.MaxRows)
            {
                return new Admission(false, _options.MinRetryAfter, LoadNow());
            }

            foreach (var row in request.Rows)
            {
                row.Limit = request.InitialLimit;
            }

            _active.Add(request);
            if (request.Cancelled.CanBeCanceled)
            {
                request.Cancelled.UnsafeRegister(static s => ((StageScheduler)s!)._wake.Release(), this);
            }

            _wake.Release();
            return new Admission(true, TimeSpan.Zero, LoadNow());
        }
    }

    /// <summary>Lets rows run steps below a limit. A limit never falls; rows that have ended are passed over.</summary>
    /// <param name="rows">Rows of admitted requests.</param>
    /// <param name="limit">One past the last step that they may run.</param>
    public void Raise(IReadOnlyList<StageRow> rows, int limit)
    {
        lock (_gate)
        {
            foreach (var row in rows)
            {
                row.Limit = Math.Max(row.Limit, limit);
            }
        }

        _wake.Release();
    }

    /// <summary>Gives up rows: they won't run any more. Their request ends as <see cref="StageEndReason.Finished"/> when the others have finished. Rows that have ended are passed over.</summary>
    /// <param name="rows">Rows of admitted requests.</param>
    public void Drop(IReadOnlyList<StageRow> rows)
    {
        lock (_gate)
        {
            foreach (var row in rows)
            {
                row.Dropped = true;
            }
        }

        _wake.Release();
    }

    /// <summary>Tells the cost model of a step that was run elsewhere, as in a warm-up.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="step">Index of the step in the plan.</param>
    /// <param name="rows">Rows in the batch.</param>
    /// <param name="deviceTime">Time of the batch.</param>
    public void Learn(StagePlan plan, int step, int rows, TimeSpan deviceTime) => _ = (_logger, plan, step, rows, deviceTime);

    /// <summary>Drops what was measured of a plan that is no longer used, once its requests have ended.</summary>
    /// <param name="plan">The plan.</param>
    public void Forget(StagePlan plan) => _ = (_logger, plan);

    /// <summary>Admits nothing more and waits for the admitted requests to end.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the draining.</param>
    public Task DrainAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _draining = true;
            CompleteDrain();
        }

        return _drained.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Stops after the running step; requests that have not ended end as <see cref="StageEndReason.Cancelled"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _draining = _stopping = true;
        }

        _wake.Release();
        await _stopped.Task.ConfigureAwait(false);
    }

    private void CompleteDrain()
    {
        if (_draining && _active.Count == 0)
        {
            _drained.TrySetResult();
        }
    }

    private StageLoad LoadNow() =>
        new(TimeSpan.Zero, _options.MaxBacklog, _active.Sum(r => r.Rows.Count(row => !row.Released)), _options.MaxRows);

    private void Loop()
    {
        while (!_stopping)
        {
            if (!RunOne())
            {
                _wake.Wait(20);
            }
        }

        foreach (var request in Snapshot())
        {
            End(request, new StageEnd(StageEndReason.Cancelled, TimeSpan.Zero));
        }

        _stopped.TrySetResult();
    }

    private StageRequest[] Snapshot()
    {
        lock (_gate)
        {
            return [.. _active];
        }
    }

    private bool RunOne()
    {
        foreach (var request in Snapshot())
        {
            Release([.. request.Rows.Where(r => r.Dropped && !r.Released)]);
            if (request.Cancelled.IsCancellationRequested || _time.GetTimestamp() >= request.Deadline)
            {
                var reason = request.Cancelled.IsCancellationRequested ? StageEndReason.Cancelled : StageEndReason.Deadline;
                End(request, new StageEnd(reason, TimeSpan.Zero));
                continue;
            }

            if (request.Rows.All(r => r.Released))
            {
                End(request, new StageEnd(StageEndReason.Finished, TimeSpan.Zero));
                continue;
            }

            var ready = request.Rows.Where(r => !r.Released && r.Step < Math.Min(request.EndStep, r.Limit)).ToArray();
            if (ready.Length > 0)
            {
                int step = ready.Min(r => r.Step);
                Run(request, step, [.. ready.Where(r => r.Step == step)]);
                return true;
            }
        }

        return false;
    }

    private void Run(StageRequest request, int step, StageRow[] rows)
    {
        try
        {
            long begin = _time.GetTimestamp();
            _device.Run(request.Plan, step, rows);
            Array.ForEach(rows, r => r.Step++);
            request.Observer.StepDone(rows, step, _time.GetElapsedTime(begin));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            End(request, new StageEnd(StageEndReason.Failed, TimeSpan.Zero, e));
            return;
        }

        Release([.. rows.Where(r => r.Step == request.EndStep)]);
    }

    private void End(StageRequest request, StageEnd end)
    {
        Release([.. request.Rows.Where(r => !r.Released)]);
        lock (_gate)
        {
            _active.Remove(request);
            CompleteDrain();
        }

        request.Observer.Ended(end);
    }

    private void Release(StageRow[] rows)
    {
        if (rows.Length > 0)
        {
            Array.ForEach(rows, r => r.Released = true);
            _device.Release(rows);
        }
    }
}
