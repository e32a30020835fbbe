using Cvdvae.Scheduling.Metrics;
using Cvdvae.Scheduling.Queues;
using Microsoft.Extensions.Logging;

namespace Cvdvae.Scheduling.Running;

/// <summary>What the scheduler's thread does: looks at what has changed, chooses a batch, runs it, and tells the observers. One thread at a time.</summary>
internal sealed class StageLoop
{
    private readonly IStageDevice _device;
    private readonly StageClock _clock;
    private readonly StageWork _work;
    private readonly Inbox _inbox;
    private readonly SchedulerMetrics _metrics;
    private readonly ILogger _logger;
    private readonly StageQueues _queues;
    private readonly RunningRequests _running;
    private readonly double _ageingRate;
    private readonly List<StageRow> _finished = [];
    private readonly List<RunningRequest> _ending = [];

    public StageLoop(
        IStageDevice device, StageSchedulerOptions options, StageClock clock, StageWork work, Inbox inbox, SchedulerMetrics metrics, ILogger logger)
    {
        (_device, _clock, _work, _inbox, _metrics, _logger) = (device, clock, work, inbox, metrics, logger);
        _ageingRate = options.AgeingRate;
        _queues = new StageQueues(options, clock);
        _running = new RunningRequests(device, clock, work, inbox, metrics, _queues, logger);
    }

    /// <summary>The requests that have not ended.</summary>
    public RunningRequests Running => _running;

    /// <summary>Looks at what has changed and runs at most one step.</summary>
    /// <returns>Whether there was a step to run.</returns>
    public bool RunOne()
    {
        _inbox.Deliver(this);
        long now = _clock.Now;
        _running.Sweep(now);
        if (_queues.Next(now, _running.Rows) is not { } candidate)
        {
            return false;
        }

        Run(candidate, _queues.Take(candidate, now), now);
        return true;
    }

    /// <summary>Ends what is left; nothing is admitted any more.</summary>
    public void Stop()
    {
        _inbox.Deliver(this);
        _running.EndAll(StageEndReason.Cancelled);
    }

    private void Run(in Candidate candidate, StageRow[] rows, long begin)
    {
        var (plan, step) = (candidate.Queue.Plan, candidate.Step);
        foreach (var row in rows)
        {
            row.Phase = RowPhase.Running;
            row.Running!.NoteWaited(step, _clock.Seconds(row.ReadySince, begin));
        }

        try
        {
            _device.Run(plan.Plan, step, rows);
        }
        catch (OutOfDeviceMemoryException e) when (rows.Length == 1)
        {
            Fail(rows, e, plan.Plan, step);
            return;
        }
        catch (OutOfDeviceMemoryException)
        {
            _logger.OutOfMemory(rows.Length, plan.Plan.Name, plan.Plan.Steps[step].Group);
            _work.Halve(plan, step, rows.Length);
            long now = _clock.Now;
            candidate.Queue.Serve(begin, now, 0, _clock);
            foreach (var row in rows)
            {
                row.Phase = RowPhase.Ready;
                _queues.Add(row, now);
            }

            return;
        }
#pragma warning disable CA1031 // Whatever a device throws ends the requests of this batch, and only those.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(rows, e, plan.Plan, step);
            return;
        }

        long end = _clock.Now;
        double seconds = _clock.Seconds(begin, end);
        _work.Done(plan, step, rows.Length, seconds);
        _metrics.StepDone(plan.Plan, step, rows.Length, seconds);
        StageQueues.Yield(candidate, seconds);
        candidate.Queue.Serve(begin, end, seconds / _ageingRate, _clock);
        foreach (var row in rows)
        {
            row.Step++;
        }

        Tell(rows, step, begin, _clock.Time.GetElapsedTime(begin, end));
        Advance(rows, candidate.Queue, end);
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
                running.ObserverError = e;
                _ending.Add(running);
            }
        }
    }

    private void Advance(StageRow[] rows, ResolutionQueue queue, long now)
    {
        foreach (var row in rows)
        {
            if (row.Step == row.Request.EndStep)
            {
                _finished.Add(row);
                continue;
            }

            if (row.Step == queue.EndStep)
            {
                row.Yielded = 0;
            }

            _running.Place(row, now);
        }

        _running.Release(_finished);
        foreach (var running in _ending)
        {
            _running.End(running, StageEndReason.Failed, running.ObserverError);
        }

        foreach (var row in _finished)
        {
            _running.EndWhenDone(row.Running!);
        }

        _finished.Clear();
        _ending.Clear();
    }

    private void Fail(StageRow[] rows, Exception error, StagePlan plan, int step)
    {
        _logger.DeviceFailed(error, rows.Length, plan.Name, plan.Steps[step].Group);
        foreach (var row in rows)
        {
            // The first row of a request ends all of them.
            _running.End(row.Running!, StageEndReason.Failed, error);
        }
    }
}
