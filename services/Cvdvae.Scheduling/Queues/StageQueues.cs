using Cvdvae.Scheduling.Costs;
using Cvdvae.Scheduling.Running;

namespace Cvdvae.Scheduling.Queues;

/// <summary>All rows that can run a step now, and the choice among them. On the scheduler's turn.</summary>
internal sealed class StageQueues(StageSchedulerOptions options, StageClock clock)
{
    private readonly List<ResolutionQueue> _waiting = [];
    private readonly List<StageRow> _batch = [];
    private int _rows;

    /// <summary>Lanes that run a step now.</summary>
    public int Busy { get; set; }

    /// <summary>Seconds of a step that begins now beside those that run.</summary>
    public double Predict(PlanWork plan, int step, int rows) => plan.Costs.Predict(step, rows) * (Busy + 1);

    /// <summary>Batches that the device will be shared between when one of a size begins, whose rows have been taken: it, those that run, and those that other lanes can begin.</summary>
    public int SharersOf(int rows) => Math.Min(options.Lanes, Busy + 1 + ((_rows + rows - 1) / rows));

    public void Add(StageRow row, long now)
    {
        var queue = row.Running!.Plan.QueueOf(row.Step);
        if (queue.Count == 0)
        {
            queue.Fill(now);
            _waiting.Add(queue);
        }

        queue.Add(row);
        _rows++;
    }

    public void Remove(StageRow row)
    {
        var queue = row.Running!.Plan.QueueOf(row.Step);
        queue.Remove(row);
        _rows--;
        if (queue.Count == 0)
        {
            _waiting.Remove(queue);
        }
    }

    /// <summary>Finds the batch that goes next.</summary>
    /// <param name="now">Timestamp.</param>
    /// <param name="rows">All rows that the device has before it.</param>
    public Candidate? Next(long now, int rows)
    {
        Candidate? best = null;
        foreach (var queue in _waiting)
        {
            var candidate = Choose(queue, now, rows);
            if (best is not { } other || candidate.GoesBefore(other))
            {
                best = candidate;
            }
        }

        return best;
    }

    /// <summary>Takes the rows of a batch out of their queue: as many as may share it, less where idle lanes can take some too, and none whose deadline the others would make it miss.</summary>
    public StageRow[] Take(in Candidate candidate, long now)
    {
        var (plan, step) = (candidate.Queue.Plan, candidate.Step);
        long until = long.MaxValue;
        _batch.Clear();
        var cohort = candidate.Queue.Cohort(step);
        int idle = options.Lanes - Busy;
        int fair = Math.Max(plan.Worth(step), (cohort.Count + idle - 1) / idle);
        foreach (var row in cohort)
        {
            bool lower = row.Request.Priority < candidate.Priority;
            if (_batch.Count >= (lower ? plan.Worth(step) : Math.Min(plan.Largest(step), fair)))
            {
                break;
            }

            long end = now + clock.Ticks(Predict(plan, step, _batch.Count + 1));
            if (_batch.Count > 0 && end > until)
            {
                break;
            }

            long latest = LatestEnd(row, now);
            if (_batch.Count == 0 || end <= latest)
            {
                _batch.Add(row);
                until = Math.Min(until, latest);
            }
        }

        StageRow[] rows = [.. _batch];
        foreach (var row in rows)
        {
            Remove(row);
        }

        return rows;
    }

    /// <summary>Notes that rows further on in the queue have let a batch catch up with them.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="seconds">How long it ran.</param>
    public static void Yield(StageStep batch, double seconds)
    {
        for (int step = batch.Index + 1; step < batch.Queue.EndStep; step++)
        {
            foreach (var row in batch.Queue.Cohort(step))
            {
                row.Yielded += seconds;
            }
        }
    }

    // When a row's next step must be done for the row to finish in time; where it can't, at its deadline.
    private long LatestEnd(StageRow row, long now)
    {
        if (row.Request.Deadline is not { } deadline)
        {
            return long.MaxValue;
        }

        var plan = row.Running!.Plan;
        long latest = deadline - clock.Ticks(plan.Costs.Alone(row.Step + 1, row.Request.EndStep) * (Busy + 1));
        return now + clock.Ticks(Predict(plan, row.Step, 1)) <= latest ? latest : row.Request.DeadlineOf(row) ?? deadline;
    }

    private Candidate Choose(ResolutionQueue queue, long now, int rows)
    {
        int priority = int.MinValue;
        for (int step = queue.FirstStep; step < queue.EndStep; step++)
        {
            var cohort = queue.Cohort(step);
            if (cohort.Count > 0)
            {
                priority = Math.Max(priority, cohort[0].Request.Priority);
            }
        }

        // The rows that are furthest leave the resolution first, unless it pays to let those behind catch up.
        int chosen = -1;
        for (int step = queue.EndStep - 1; step >= queue.FirstStep; step--)
        {
            var cohort = queue.Cohort(step);
            if (cohort.Count > 0 && cohort[0].Request.Priority == priority && (chosen < 0 || CatchUp.Pays(queue, chosen, step, rows)))
            {
                chosen = step;
            }
        }

        double score = queue.Plan.Costs.Order(chosen) - (options.AgeingRate * queue.Age(now, clock));
        score -= queue.FirstStep == 0 ? options.HeadStart.TotalSeconds : 0;
        return new Candidate(queue, chosen, priority, score, queue.Cohort(chosen)[0].Sequence);
    }
}
