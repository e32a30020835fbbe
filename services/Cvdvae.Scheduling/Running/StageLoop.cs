using Cvdvae.Scheduling.Metrics;
using Cvdvae.Scheduling.Queues;
using Microsoft.Extensions.Logging;

namespace Cvdvae.Scheduling.Running;

/// <summary>
/// What the scheduler's threads do: look at what has changed, choose a batch, run it, and tell the observers. All but the running is done in turn, one thread at a time.
/// </summary>
internal sealed class StageLoop
{
    private readonly Lock _turn = new();
    private readonly IStageDevice _device;
    private readonly StageClock _clock;
    private readonly StageWork _work;
    private readonly Inbox _inbox;
    private readonly SchedulerMetrics _metrics;
    private readonly ILogger _logger;
    private readonly StageQueues _queues;
    private readonly double _ageingRate;
    private readonly List<StageRow> _leaving = [];

    public StageLoop(
        IStageDevice device, StageSchedulerOptions options, StageClock clock, StageWork work, Inbox inbox, SchedulerMetrics metrics, ILogger logger)
    {
        (_device, _clock, _work, _inbox, _metrics, _logger) = (device, clock, work, inbox, metrics, logger);
        _ageingRate = options.AgeingRate;
        _queues = new StageQueues(options, clock);
        Running = new RunningRequests(device, clock, work, inbox, metrics, _queues, logger);
    }

    /// <summary>The requests that have not ended; in turn.</summary>
    public RunningRequests Running { get; }

    /// <summary>The earliest deadline to come; null: there is none.</summary>
    public long? EarliestDeadline
    {
        get
        {
            lock (_turn)
            {
                return Running.EarliestDeadline(_clock.Now);
            }
        }
    }

    /// <summary>Looks at what has changed and runs at most one step.</summary>
    /// <param name="isFirst">Whether the calling thread is the first one. Others only run steps beside those of another: see <see cref="IStageDevice.Run"/>.</param>
    /// <returns>Whether there was a step to run.</returns>
    public bool RunOne(bool isFirst = true)
    {
        if (Begin(isFirst) is not { } step)
        {
            return false;
        }

        step.Run(_device);
        End(step);
        return true;
    }

    /// <summary>Looks at what has changed and chooses the next step; <see cref="End"/> must follow when it has run.</summary>
    /// <param name="isFirst">As in <see cref="RunOne"/>.</param>
    /// <returns>The step; null: there is none for the calling thread.</returns>
    public StageStep? Begin(bool isFirst = true)
    {
        lock (_turn)
        {
            if (!isFirst && _queues.Busy == 0)
            {
                _inbox.SignalFirst();
                return null;
            }

            _inbox.Deliver(this);
            long now = _clock.Now;
            Running.Sweep(now);
            if (_queues.Next(now, Running.Rows) is not { } candidate)
            {
                return null;
            }

            StageRow[] rows = _queues.Take(candidate, now);
            int sharers = _queues.SharersOf(rows.Length);
            if (sharers > ++_queues.Busy)
            {
                // There is work for another lane.
                _inbox.Signal();
            }

            foreach (var row in rows)
            {
                row.Phase = RowPhase.Running;
                row.Running!.NoteWaited(candidate.Step, _clock.Seconds(row.ReadySince, now));
            }

            return new StageStep(candidate, rows, now, sharers);
        }
    }

    /// <summary>Does a piece of work for later steps; for a thread that has no step to run.</summary>
    /// <returns>Whether there was one.</returns>
    public bool WorkAhead()
    {
        StageRequest[] requests;
        lock (_turn)
        {
            requests = Running.Requests();
        }

        return requests.Any(_device.WorkAhead);
    }

    /// <summary>Takes note of a step that has run, or failed.</summary>
    public void End(StageStep step)
    {
        lock (_turn)
        {
            _queues.Busy--;
            foreach (var row in step.Rows)
            {
                row.Phase = RowPhase.Blocked;
            }

            switch (step.Error)
            {
                case null:
                    Advance(step);
                    break;
                case OutOfDeviceMemoryException when step.Rows.Length > 1:
                    Halve(step);
                    break;
                default:
                    Fail(step.Rows, step.Error, step.Queue.Plan.Plan, step.Index);
                    break;
            }
        }
    }

    /// <summary>Ends all requests, because the scheduler itself has failed.</summary>
    public void EndAll(Exception error)
    {
        lock (_turn)
        {
            Running.EndAll(StageEndReason.Failed, error);
        }
    }

    /// <summary>Ends what is left, requests whose rows run when their steps have ended; nothing is admitted any more.</summary>
    public void Stop()
    {
        lock (_turn)
        {
            _inbox.Deliver(this);
            Running.EndAll(StageEndReason.Cancelled);
        }
    }

    private void Halve(StageStep step)
    {
        var plan = step.Queue.Plan;
        _logger.OutOfMemory(step.Rows.Length, plan.Plan.Name, plan.Plan.Steps[step.Index].Group);
        _work.Halve(plan, step.Index, step.Rows.Length);
        long now = _clock.Now;
        step.Queue.Serve(step.Begin, now, 0, _clock);
        PlaceOrRelease(step.Rows, now);
    }

    private void Advance(StageStep step)
    {
        var (plan, rows) = (step.Queue.Plan, step.Rows);
        long end = _clock.Now;
        double seconds = _clock.Seconds(step.Begin, end);
        double deviceSeconds = seconds * step.Share;
        _work.Done(plan, step.Index, rows.Length, deviceSeconds);
        _metrics.StepDone(plan.Plan, step.Index, rows.Length, seconds, deviceSeconds);
        StageQueues.Yield(step, seconds);
        step.Queue.Serve(step.Begin, end, deviceSeconds / _ageingRate, _clock);
        foreach (var row in rows)
        {
            row.Step++;
            row.Yielded = row.Step == step.Queue.EndStep ? 0 : row.Yielded;
        }

        Tell(rows, step.Index, step.Begin, _clock.Time.GetElapsedTime(step.Begin, end));
        PlaceOrRelease(rows, end);
    }

    // Rows of a request stand next to each other: they have the same priority and came together.
    private void Tell(StageRow[] rows, int step, long begin, TimeSpan deviceTime)
    {
        for (int from = 0, to; from < rows.Length; from = to)
        {
            var running = rows[from].Running!;
            to = from + 1;
            while (to < rows.Length && rows[to].Running == running)
            {
                to++;
            }

            if (running.CancelledBefore(begin))
            {
                _metrics.StepAfterCancellation();
            }

            try
            {
                running.Request.Observer.StepDone(
                    to - from == rows.Length ? rows : new ArraySegment<StageRow>(rows, from, to - from), step, deviceTime);
            }
#pragma warning disable CA1031 // Whatever an observer throws ends its own request, and only that.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _logger.ObserverFailed(e, running.Request.Id);
                Running.End(running, StageEndReason.Failed, e);
            }
        }
    }

    private void PlaceOrRelease(StageRow[] rows, long now)
    {
        _leaving.Clear();
        foreach (var row in rows)
        {
            if (row.Leaving || row.Step == row.Request.EndStep)
            {
                _leaving.Add(row);
            }
            else if (row.Phase != RowPhase.Released)
            {
                Running.Place(row, now);
            }
        }

        Running.Release(_leaving);
        foreach (var row in _leaving)
        {
            Running.EndWhenDone(row.Running!);
        }
    }

    private void Fail(StageRow[] rows, Exception error, StagePlan plan, int step)
    {
        _logger.DeviceFailed(error, rows.Length, plan.Name, plan.Steps[step].Group);
        foreach (var row in rows)
        {
            // The first row of a request ends all of them.
            Running.End(row.Running!, StageEndReason.Failed, error);
        }
    }
}
