namespace Cvdvae.Scheduling;

/// <summary>The steps of a stage for one model, coarse to fine. Rows of requests with the same plan can share a batch, whatever their image and scale.</summary>
public sealed class StagePlan
{
    /// <summary>Creates a plan.</summary>
    /// <param name="name">Name in logs and metrics.</param>
    /// <param name="steps">The steps, at least one; resolutions never fall.</param>
    public StagePlan(string name, IReadOnlyList<GroupStep> steps)
    {
        ArgumentOutOfRangeException.ThrowIfZero(steps.Count);
        (Name, Steps) = (name, steps);
    }

    /// <summary>Name in logs and metrics.</summary>
    public string Name { get; }

    /// <summary>The steps, coarse to fine.</summary>
    public IReadOnlyList<GroupStep> Steps { get; }
}
