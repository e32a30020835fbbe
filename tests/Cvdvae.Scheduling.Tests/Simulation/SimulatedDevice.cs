using Microsoft.Extensions.Time.Testing;

namespace Cvdvae.Scheduling.Tests.Simulation;

/// <summary>A device whose steps take <c>fixed + cost * rows</c> of a simulated clock, longer by as many as share it, and that notices rows which run out of turn.</summary>
internal sealed class SimulatedDevice(FakeTimeProvider time) : IStageDevice
{
    private readonly Dictionary<StageRow, int> _next = [];
    private readonly Dictionary<StageRow, int> _released = [];
    private readonly List<string> _violations = [];

    /// <summary>Time of a step whatever its rows, in milliseconds.</summary>
    public double Fixed { get; set; } = 0.5;

    /// <summary>Time of a row over the step's cost, in milliseconds.</summary>
    public double PerCost { get; set; } = 1;

    /// <summary>Called before a step runs: throws, or does something meanwhile.</summary>
    public Action<SimulatedBatch>? OnRun { get; set; }

    public Action<IReadOnlyList<StageRow>>? OnRelease { get; set; }

    public List<SimulatedBatch> Batches { get; } = [];

    public IReadOnlyDictionary<StageRow, int> Released => _released;

    /// <summary>What ran or was released out of turn.</summary>
    public IReadOnlyList<string> Violations => _violations;

    public double Busy { get; private set; }

    /// <summary>What takes the time of a step; the clock advances where nothing does.</summary>
    public Action<TimeSpan>? OnTime { get; set; }

    public double Run(StagePlan plan, int step, IReadOnlyList<StageRow> rows, int sharers)
    {
        double milliseconds = Fixed + (PerCost * plan.Steps[step].Cost * rows.Count);
        var batch = new SimulatedBatch(plan, step, [.. rows], time.GetTimestamp());
        OnRun?.Invoke(batch);
        foreach (var row in rows)
        {
            Expect(plan == row.Request.Plan, "A row ran in another plan than its own.");
            Expect(step == NextStep(row), $"A row before step {NextStep(row)} ran step {step}.");
            Expect(!_released.ContainsKey(row), "A released row ran.");
            _next[row] = step + 1;
        }

        Busy += milliseconds;
        Batches.Add(batch);
        (OnTime ?? time.Advance)(TimeSpan.FromMilliseconds(milliseconds * sharers));
        return 1.0 / sharers;
    }

    public void Release(IReadOnlyList<StageRow> rows)
    {
        foreach (var row in rows)
        {
            _released[row] = _released.GetValueOrDefault(row) + 1;
        }

        OnRelease?.Invoke(rows);
    }

    public int NextStep(StageRow row) => _next.GetValueOrDefault(row);

    /// <summary>Notes what must not be; thrown, it would pass for a device that failed.</summary>
    public void Expect(bool isTrue, string otherwise)
    {
        if (!isTrue)
        {
            _violations.Add(otherwise);
        }
    }
}
