namespace Cvdvae.LoadGenerator;

/// <summary>What a caller does.</summary>
public enum CallKind
{
    /// <summary>Reads to the end.</summary>
    Plain,

    /// <summary>Leaves at the first preview.</summary>
    Cancelled,

    /// <summary>Sends what must be refused.</summary>
    Bad,

    /// <summary>Reads one event, then nothing for a while, then the rest.</summary>
    Slow,
}
