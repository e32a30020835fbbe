using Cvdvae.Scheduling.Costs;

namespace Cvdvae.Scheduling.Running;

/// <summary>The work that is admitted and not done, and whether more may come. Any thread; no lock is held while the device runs.</summary>
internal sealed class StageWork(StageSchedulerOptions options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<StagePlan, PlanWork> _plans = [];
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _rows;
    private int _requests;
    private bool _draining;

    public bool Draining
    {
        get
        {
            lock (_gate)
            {
                return _draining;
            }
        }
    }

    public StageLoad Load
    {
        get
        {
            lock (_gate)
            {
                return LoadOf(Seconds());
            }
        }
    }

    /// <summary>Counts a request in, or says why not.</summary>
    /// <param name="request">The request.</param>
    /// <param name="admitted">Called under the lock, so that nothing is admitted unseen once the work is closed.</param>
    /// <param name="refusal">What was exceeded; null where it was admitted.</param>
    public Admission TryAdmit(StageRequest request, Action<PlanWork> admitted, out string? refusal)
    {
        lock (_gate)
        {
            if (request.Admitted)
            {
                throw new InvalidOperationException($"Request {request.Id} was admitted before.");
            }

            double before = Seconds();
            int rows = request.Rows.Count;
            if (_draining || rows > options.MaxRows)
            {
                refusal = _draining ? "draining" : "rows";
                return new Admission(false, Timeout.InfiniteTimeSpan, LoadOf(before));
            }

            var plan = PlanOf(request.Plan);
            double after = before - plan.Seconds(0, 0) + plan.Seconds(rows, request.EndStep);
            double tooMuch = after - options.MaxBacklog.TotalSeconds;
            int tooMany = _rows + rows - options.MaxRows;
            refusal = tooMany > 0 ? "rows" : _rows > 0 && tooMuch > 0 ? "backlog" : null;
            if (refusal is not null)
            {
                // Rows are taken to leave as evenly as the work gets done.
                double wait = Math.Max(tooMuch, tooMany > 0 ? before * tooMany / _rows : 0);
                wait = Math.Clamp(wait, options.MinRetryAfter.TotalSeconds, TimeSpan.FromDays(1).TotalSeconds);
                return new Admission(false, TimeSpan.FromSeconds(wait), LoadOf(before));
            }

            (request.Admitted, plan.Forgotten) = (true, false);
            plan.Expect(0, request.EndStep, rows);
            plan.Requests++;
            _requests++;
            _rows += rows;
            admitted(plan);
            return new Admission(true, TimeSpan.Zero, LoadOf(after));
        }
    }

    /// <summary>Counts a step as done and measured.</summary>
    public void Done(PlanWork plan, int step, int rows, double seconds)
    {
        lock (_gate)
        {
            plan.Expect(step, step + 1, -rows);
            plan.Observe(step, rows, seconds);
        }
    }

    /// <summary>Takes a measurement from elsewhere.</summary>
    public void Learn(StagePlan plan, int step, int rows, double seconds)
    {
        lock (_gate)
        {
            PlanOf(plan).Observe(step, rows, seconds);
        }
    }

    /// <summary>Notes that a batch ran out of memory.</summary>
    public void Halve(PlanWork plan, int step, int rows)
    {
        lock (_gate)
        {
            plan.Halve(step, rows);
        }
    }

    /// <summary>Counts a row out, with the steps that it won't run.</summary>
    public void LeaveRow(StageRow row)
    {
        lock (_gate)
        {
            row.Running!.Plan.Expect(row.Step, row.Request.EndStep, -1);
            _rows--;
        }
    }

    /// <summary>Counts a request out.</summary>
    public void LeaveRequest(PlanWork plan)
    {
        lock (_gate)
        {
            plan.Requests--;
            _requests--;
            RemoveForgotten(plan);
            CompleteDrain();
        }
    }

    /// <summary>Drops a plan, now or when its last request has ended.</summary>
    public void Forget(StagePlan plan)
    {
        lock (_gate)
        {
            if (_plans.TryGetValue(plan, out var work))
            {
                work.Forgotten = true;
                RemoveForgotten(work);
            }
        }
    }

    /// <summary>Admits nothing more.</summary>
    /// <returns>Completes when all requests have ended.</returns>
    public Task Close()
    {
        lock (_gate)
        {
            _draining = true;
            CompleteDrain();
            return _drained.Task;
        }
    }

    private PlanWork PlanOf(StagePlan plan)
    {
        if (!_plans.TryGetValue(plan, out var work))
        {
            _plans.Add(plan, work = new PlanWork(plan, options));
        }

        return work;
    }

    private void RemoveForgotten(PlanWork plan)
    {
        if (plan.Forgotten && plan.Requests == 0)
        {
            _plans.Remove(plan.Plan);
        }
    }

    private void CompleteDrain()
    {
        if (_draining && _requests == 0)
        {
            _drained.TrySetResult();
        }
    }

    private double Seconds()
    {
        double seconds = 0;
        foreach (var plan in _plans.Values)
        {
            seconds += plan.Requests > 0 ? plan.Seconds(0, 0) : 0;
        }

        return seconds;
    }

    private StageLoad LoadOf(double seconds) => new(TimeSpan.FromSeconds(seconds), options.MaxBacklog, _rows, options.MaxRows);
}
