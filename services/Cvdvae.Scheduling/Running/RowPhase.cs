namespace Cvdvae.Scheduling.Running;

/// <summary>Where a row is between steps.</summary>
internal enum RowPhase
{
    /// <summary>Its next step is not below its limit.</summary>
    Blocked,

    /// <summary>It waits in the queue of its next step's resolution.</summary>
    Ready,

    /// <summary>It is in a running batch.</summary>
    Running,

    /// <summary>It won't run again.</summary>
    Released,
}
