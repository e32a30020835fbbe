using Cvdvae.Scheduling.Costs;

namespace Cvdvae.Scheduling.Queues;

/// <summary>Rows of a plan that can run a step of one resolution now, by step: those before the same step can form a batch.</summary>
internal sealed class ResolutionQueue
{
    private readonly List<StageRow>[] _cohorts;
    private double _age;
    private long _since;

    public ResolutionQueue(PlanWork plan, int firstStep)
    {
        (Plan, FirstStep, Resolution) = (plan, firstStep, plan.Plan.Steps[firstStep].Resolution);
        int end = firstStep;
        while (end < plan.Plan.Steps.Count && plan.Plan.Steps[end].Resolution == Resolution)
        {
            end++;
        }

        EndStep = end;
        _cohorts = new List<StageRow>[end - firstStep];
        for (int i = 0; i < _cohorts.Length; i++)
        {
            _cohorts[i] = [];
        }
    }

    public PlanWork Plan { get; }

    public int Resolution { get; }

    public int FirstStep { get; }

    public int EndStep { get; }

    public int Count { get; private set; }

    /// <summary>Seconds that the queue has waited and not been given back in device time.</summary>
    public double Age(long now, StageClock clock) => _age + clock.Seconds(_since, now);

    /// <summary>Begins to age anew when rows come into the empty queue, unless they come back from its own step.</summary>
    public void Fill(long now)
    {
        if (now != _since)
        {
            (_age, _since) = (0, now);
        }
    }

    /// <summary>A step of the queue has run: its device time pays for waiting.</summary>
    /// <param name="begin">When it began.</param>
    /// <param name="end">When it ended.</param>
    /// <param name="paid">Seconds of waiting that it pays for.</param>
    /// <param name="clock">Of the timestamps.</param>
    public void Serve(long begin, long end, double paid, StageClock clock) =>
        (_age, _since) = (Math.Max(0, Age(begin, clock) - paid), end);

    /// <summary>Rows before a step, by falling priority and then in the order of their admission.</summary>
    public List<StageRow> Cohort(int step) => _cohorts[step - FirstStep];

    public void Add(StageRow row)
    {
        var cohort = Cohort(row.Step);
        int at = cohort.Count;
        while (at > 0 && Before(row, cohort[at - 1]))
        {
            at--;
        }

        cohort.Insert(at, row);
        Count++;
    }

    public void Remove(StageRow row)
    {
        if (Cohort(row.Step).Remove(row))
        {
            Count--;
        }
    }

    private static bool Before(StageRow row, StageRow other) =>
        row.Request.Priority != other.Request.Priority
            ? row.Request.Priority > other.Request.Priority
            : row.Sequence < other.Sequence;
}
