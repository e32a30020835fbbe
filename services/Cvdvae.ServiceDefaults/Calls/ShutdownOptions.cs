using System.ComponentModel.DataAnnotations;

namespace Cvdvae.ServiceDefaults.Calls;

/// <summary>How a process stops; section <c>Shutdown</c>.</summary>
public sealed class ShutdownOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Shutdown";

    /// <summary>
    /// How long new calls are still taken while health says NOT_SERVING already: until those who send calls have noticed, as after the end of a Kubernetes pod
    /// its address stays known for some seconds. 0 s to 1 h.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan Delay { get; set; }

    /// <summary>How long running calls may go on after that; then they are aborted. 0 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}
