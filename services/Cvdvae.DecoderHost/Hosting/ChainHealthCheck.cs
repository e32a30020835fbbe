using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cvdvae.DecoderHost.Hosting;

/// <summary>Healthy while at least one model can be decoded from here to the end: the encoder and the later stages have the same content.</summary>
/// <param name="status">What can be decoded.</param>
internal sealed class ChainHealthCheck(StatusReport status) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        status.HasModel ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("no model is loaded here, in the encoder and in the later stages alike"));
}
