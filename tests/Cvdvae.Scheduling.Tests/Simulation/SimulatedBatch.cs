namespace Cvdvae.Scheduling.Tests.Simulation;

/// <summary>A step that the simulated device ran.</summary>
internal sealed record SimulatedBatch(StagePlan Plan, int Step, StageRow[] Rows, long Begin)
{
    /// <summary>The requests in it and the step, to compare orders: "a+b@3".</summary>
    public override string ToString() => $"{string.Join('+', Rows.Select(r => r.Request.Id).Distinct())}@{Step}";
}
