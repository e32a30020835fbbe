namespace Cvdvae.ServiceDefaults.Observability;

/// <summary>How log lines look.</summary>
public enum LogFormat
{
    /// <summary>One line of text each.</summary>
    Simple,

    /// <summary>One JSON object each, with scopes.</summary>
    Json,
}
