using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cvdvae.Scheduling.Tests.Simulation;

/// <summary>A device whose steps take <c>fixed + cost * rows</c> of a simulated clock, and that notices rows which run out of turn.</summary>
internal sealed class SimulatedDevice(FakeTimeProvider time) : IStageDevice
{
    private readonly Dictionary<StageRow, int> _next = [];
    private readonly Dictionary<StageRow, int> _released = [];

    /// <summary>Time of a step whatever its rows, in milliseconds.</summary>
    public double Fixed { get; set; } = 0.5;

    /// <summary>Time of a row over the step's cost, in milliseconds.</summary>
    public double PerCost { get; set; } = 1;

    /// <summary>Called before a step runs: throws, or does something meanwhile.</summary>
    public Action<SimulatedBatch>? OnRun { get; set; }

    public Action<IReadOnlyList<StageRow>>? OnRelease { get; set; }

    public List<SimulatedBatch> Batches { get; } = [];

    public IReadOnlyDictionary<StageRow, int> Released => _released;

    public double Busy { get; private set; }

    public void Run(StagePlan plan, int step, IReadOnlyList<StageRow> rows)
    {
        double milliseconds = Fixed + (PerCost * plan.Steps[step].Cost * rows.Count);
        var batch = new SimulatedBatch(plan, step, [.. rows], time.GetTimestamp());
        OnRun?.Invoke(batch);
        foreach (var row in rows)
        {
            Assert.Same(plan, row.Request.Plan);
            Assert.Equal(step, NextStep(row));
            Assert.False(_released.ContainsKey(row), "A released row ran.");
            _next[row] = step + 1;
        }

        Busy += milliseconds;
        Batches.Add(batch);
        time.Advance(TimeSpan.FromMilliseconds(milliseconds));
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
}
