namespace Cvdvae.Scheduling.Tests.Simulation;

/// <summary>What happens to a request on its way.</summary>
public enum Fate
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Its limits rise as it goes.</summary>
    Limits,

    /// <summary>It waits at a limit until all others are done.</summary>
    Late,

    /// <summary>It is cancelled at a step.</summary>
    Cancel,

    /// <summary>Its deadline comes.</summary>
    Deadline,

    /// <summary>A row is dropped at a step.</summary>
    Drop,

    /// <summary>Its observer throws at a step.</summary>
    Throw,
}
