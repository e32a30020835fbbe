using Cvdvae.Scheduling.Costs;
using Cvdvae.Scheduling.Metrics;
using Cvdvae.Scheduling.Queues;
using Microsoft.Extensions.Logging;

namespace Cvdvae.Scheduling.Running;

/// <summary>The admitted requests that have not ended: where their rows stand, and how they end. On the scheduler's turn.</summary>
internal sealed class RunningRequests(
    IStageDevice device, StageClock clock, StageWork work, Inbox inbox, SchedulerMetrics metrics, StageQueues queues, ILogger logger)
{
    private readonly List<RunningRequest> _requests = [];
    private readonly List<StageRow> _leaving = [];
    private long _sequence;

    /// <summary>Rows that have not finished.</summary>
    public int Rows { get; private set; }

    /// <summary>The requests that go on, in the order of their admission.</summary>
    public StageRequest[] Requests() => [.. _requests.Where(running => running.Verdict is null).Select(running => running.Request)];

    /// <summary>The earliest deadline to come; null: there is none.</summary>
    public long? EarliestDeadline(long now)
    {
        long? earliest = null;
        foreach (var running in _requests)
        {
            // A deadline that has passed has stopped all rows but running ones, whose lanes will stop them.
            long? deadline = running.Request.Deadline > now ? running.Request.Deadline : running.Request.FirstDeadline;
            if (deadline > now && !(earliest <= deadline))
            {
                earliest = deadline;
            }
        }

        return earliest;
    }

    public void Admit(StageRequest request, PlanWork plan, long at)
    {
        var running = new RunningRequest(request, plan, at);
        _requests.Add(running);
        Rows += request.Rows.Count;
        foreach (var row in request.Rows)
        {
            (row.Running, row.Limit, row.Sequence) = (running, request.InitialLimit, _sequence++);
            Place(row, at);
        }

        running.Watch = request.Cancelled.UnsafeRegister(
            _ =>
            {
                running.NoteCancelled(clock.Now);
                inbox.Signal();
            },
            null);
    }

    /// <summary>Puts a row that is in no queue where its next step says.</summary>
    public void Place(StageRow row, long now)
    {
        if (row.Step >= row.Limit)
        {
            row.Phase = RowPhase.Blocked;
            return;
        }

        (row.Phase, row.ReadySince) = (RowPhase.Ready, now);
        queues.Add(row, now);
    }

    public void Raise(IReadOnlyList<StageRow> rows, int limit, long at)
    {
        foreach (var row in rows)
        {
            row.Limit = Math.Max(row.Limit, limit);
            if (row.Phase == RowPhase.Blocked)
            {
                Place(row, at);
            }
        }
    }

    public void Drop(IReadOnlyList<StageRow> rows)
    {
        Release(rows);
        foreach (var row in rows)
        {
            EndWhenDone(row.Running!);
        }
    }

    /// <summary>Ends what was cancelled, and stops rows that can't finish their next step before their deadline.</summary>
    public void Sweep(long now)
    {
        for (int i = _requests.Count - 1; i >= 0; i--)
        {
            var running = _requests[i];
            if (running.Verdict is not null)
            {
                continue;
            }

            if (running.Request.Cancelled.IsCancellationRequested)
            {
                End(running, StageEndReason.Cancelled);
            }
            else if (running.Request.Deadline is not null)
            {
                StopLate(running, now);
            }
        }
    }

    public void EndAll(StageEndReason reason, Exception? error = null)
    {
        foreach (var running in _requests.ToArray())
        {
            End(running, reason, error);
        }
    }

    public void EndWhenDone(RunningRequest running)
    {
        if (running.RowsLeft == 0)
        {
            End(running, running.Late ? StageEndReason.Deadline : StageEndReason.Finished);
        }
    }

    /// <summary>Ends a request; where rows of it run, when their steps have ended. What ended it first counts.</summary>
    public void End(RunningRequest running, StageEndReason reason, Exception? error = null)
    {
        var (first, cause) = running.Verdict ??= (reason, error);
        Release(running.Request.Rows);
        if (running.RowsLeft > 0 || !_requests.Remove(running))
        {
            return;
        }

        running.Watch.Unregister();
        metrics.Ended(running, first);
        try
        {
            running.Request.Observer.Ended(new StageEnd(first, TimeSpan.FromSeconds(running.Queued), cause));
        }
#pragma warning disable CA1031 // Whatever an observer throws is its own affair.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.ObserverFailed(e, running.Request.Id);
        }

        work.LeaveRequest(running.Plan);
    }

    /// <summary>Releases rows that won't run again, those that run when their step has ended; those that were released before are passed over.</summary>
    public void Release(IReadOnlyList<StageRow> rows)
    {
        _leaving.Clear();
        for (int i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            if (row.Phase == RowPhase.Released)
            {
                continue;
            }

            if (row.Phase == RowPhase.Running)
            {
                row.Leaving = true;
                continue;
            }

            if (row.Phase == RowPhase.Ready)
            {
                queues.Remove(row);
            }

            row.Phase = RowPhase.Released;
            row.Running!.RowsLeft--;
            Rows--;
            work.LeaveRow(row);
            _leaving.Add(row);
        }

        if (_leaving.Count == 0)
        {
            return;
        }

        try
        {
            device.Release([.. _leaving]);
        }
#pragma warning disable CA1031 // The rows are gone all the same.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.ReleaseFailed(e, _leaving.Count);
        }
    }

    private void StopLate(RunningRequest running, long now)
    {
        List<StageRow>? late = null;
        foreach (var row in running.Request.Rows)
        {
            if (row.Phase is RowPhase.Blocked or RowPhase.Ready
                && now + clock.Ticks(queues.Predict(running.Plan, row.Step, 1)) > row.Request.DeadlineOf(row))
            {
                (late ??= []).Add(row);
            }
        }

        if (late is not null)
        {
            running.Late = true;
            Release(late);
            EndWhenDone(running);
        }
    }
}
