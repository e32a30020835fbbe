using Cvdvae.FunctionalTests.Networks;
using Cvdvae.FunctionalTests.Processes;

namespace Cvdvae.FunctionalTests.Cluster;

/// <summary>One service on a host of its own.</summary>
/// <param name="Role">What it is.</param>
/// <param name="Host">Where it runs.</param>
internal sealed record Replica(Role Role, NetworkHost Host)
{
    /// <summary>Its process now; a restarted replica has another.</summary>
    public ServiceProcess Service { get; set; } = null!;
}
