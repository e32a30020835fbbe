using Cvdvae.Scheduling.Queues;

namespace Cvdvae.Scheduling.Costs;

/// <summary>What the scheduler knows of a plan: its costs, the rows that have yet to run each step, how large its batches may be, and its queues.</summary>
internal sealed class PlanWork
{
    // With batches of one size only, the costs' fixed part could not be measured any more.
    private const int LeastWorth = 2;

    private readonly StageSchedulerOptions _options;
    private readonly int[] _remaining;
    private readonly MemoryLimit[] _memory;
    private readonly int[] _worth;
    private readonly int[] _largest;
    private readonly ResolutionQueue[] _queues;

    public PlanWork(StagePlan plan, StageSchedulerOptions options)
    {
        (Plan, Costs, _options) = (plan, new PlanCosts(plan), options);
        int count = plan.Steps.Count;
        (_remaining, _worth, _largest, _memory) = (new int[count], new int[count], new int[count], new MemoryLimit[count]);
        _queues = new ResolutionQueue[count];
        for (int i = 0; i < count; i++)
        {
            _memory[i] = new MemoryLimit();
            bool same = i > 0 && plan.Steps[i].Resolution == plan.Steps[i - 1].Resolution;
            _queues[i] = same ? _queues[i - 1] : new ResolutionQueue(this, i);
        }

        Refresh();
    }

    public StagePlan Plan { get; }

    public PlanCosts Costs { get; }

    /// <summary>Requests of the plan that are admitted and have not ended.</summary>
    public int Requests { get; set; }

    /// <summary>Whether to drop the plan when its last request has ended.</summary>
    public bool Forgotten { get; set; }

    /// <summary>The queue that rows before a step wait in.</summary>
    public ResolutionQueue QueueOf(int step) => _queues[step];

    /// <summary>Rows that a batch of a step may have.</summary>
    public int Largest(int step) => _largest[step];

    /// <summary>Rows up to which a batch gains much by another row.</summary>
    public int Worth(int step) => _worth[step];

    /// <summary>Adds to the rows that have yet to run steps, or takes from them.</summary>
    public void Expect(int firstStep, int endStep, int rows)
    {
        for (int i = firstStep; i < endStep; i++)
        {
            _remaining[i] += rows;
        }
    }

    /// <summary>Device seconds of all remaining work, were more rows to come.</summary>
    /// <param name="moreRows">Rows to come.</param>
    /// <param name="endStep">One past the last step that they run.</param>
    public double Seconds(int moreRows, int endStep)
    {
        double seconds = 0;
        for (int i = 0; i < _remaining.Length; i++)
        {
            int rows = _remaining[i] + (i < endStep ? moreRows : 0);
            int batches = (rows + _largest[i] - 1) / _largest[i];
            seconds += (batches * Costs.Fixed(i)) + (rows * Costs.PerRow(i));
        }

        return seconds;
    }

    /// <summary>Takes a measurement into account.</summary>
    public void Observe(int step, int rows, double seconds)
    {
        _memory[step].Fitted(rows);
        Costs.Observe(step, rows, seconds);
        Refresh();
    }

    /// <summary>A batch ran out of memory.</summary>
    public void Halve(int step, int rows)
    {
        _memory[step].Halve(rows);
        Refresh();
    }

    private void Refresh()
    {
        double share = _options.BatchOverhead;
        for (int i = 0; i < _largest.Length; i++)
        {
            // Rows from which the fixed part is at most this share of the step, and rows that run within the step's time.
            double worth = Costs.Fixed(i) * (1 - share) / (share * Costs.PerRow(i));
            double timely = ((_options.MaxStepTime.TotalSeconds / _options.Lanes) - Costs.Fixed(i)) / Costs.PerRow(i);
            double memory = Math.Min(_memory[i].Rows, _options.MaxBatchBytes / _options.Lanes / Math.Max(1, Plan.Steps[i].BytesPerRow));
            double most = Math.Max(1, Math.Min(memory, _options.MaxBatchRows));
            _worth[i] = (int)Math.Min(Math.Max(LeastWorth, Math.Ceiling(worth)), most);
            _largest[i] = (int)Math.Clamp(Math.Floor(timely), _worth[i], most);
        }
    }
}
