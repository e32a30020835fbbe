namespace Cvdvae.Scheduling;

/// <summary>Why a request ended at a stage.</summary>
public enum StageEndReason
{
    /// <summary>All of its rows ran all of its steps.</summary>
    Finished,

    /// <summary>Its deadline passed.</summary>
    Deadline,

    /// <summary>It was cancelled.</summary>
    Cancelled,

    /// <summary>The device failed.</summary>
    Failed,
}
