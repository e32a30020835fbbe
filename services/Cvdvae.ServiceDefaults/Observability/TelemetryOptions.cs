namespace Cvdvae.ServiceDefaults.Observability;

/// <summary>How the service tells what it does; section <c>Telemetry</c>.</summary>
public sealed class TelemetryOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Telemetry";

    /// <summary>How log lines look: <c>Simple</c>, a line of text each, or <c>Json</c>, an object each with its scopes.</summary>
    public LogFormat LogFormat { get; set; } = LogFormat.Simple;
}
