using System.Diagnostics;

namespace Cvdvae.ServiceDefaults.Observability;

/// <summary>Names of the product's traces and metrics.</summary>
public static class Telemetry
{
    /// <summary>Name of the activity source and of the meter (made with <see cref="System.Diagnostics.Metrics.IMeterFactory"/>).</summary>
    public const string Name = "Cvdvae";

    /// <summary>Source of the spans.</summary>
    public static ActivitySource Source { get; } = new(Name);
}
