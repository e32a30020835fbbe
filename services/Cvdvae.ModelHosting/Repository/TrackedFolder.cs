namespace Cvdvae.ModelHosting.Repository;

/// <summary>What is known of a model folder from one scan to the next.</summary>
internal sealed class TrackedFolder
{
    /// <summary>Its fingerprint at the last scan.</summary>
    public string Seen { get; set; } = "";

    /// <summary>The fingerprint with which it was loaded or refused for good; nothing is to be done while it stays.</summary>
    public string Done { get; set; } = "";

    /// <summary>The model that was loaded from it and is served.</summary>
    public ModelIdentity? Served { get; set; }

    /// <summary>Why it was refused, as last logged.</summary>
    public string? Problem { get; set; }

    /// <summary>Timestamp before which a failure that may pass is not tried again.</summary>
    public long RetryAt { get; set; } = long.MinValue;

    /// <summary>Whether it was missing at the last scan.</summary>
    public bool IsMissing { get; set; }
}
