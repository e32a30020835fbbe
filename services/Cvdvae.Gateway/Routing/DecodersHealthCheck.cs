using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cvdvae.Gateway.Routing;

/// <summary>Healthy while at least one decoder serves a model.</summary>
internal sealed class DecodersHealthCheck(DecoderPool pool) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(pool.Catalogue.Models.Count > 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("no decoder serves a model"));
}
