using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Cvdvae.ServiceDefaults.Health;

/// <summary>Unhealthy as soon as the process is stopping.</summary>
internal sealed class StoppingHealthCheck : IHealthCheck
{
    private readonly IHostApplicationLifetime _lifetime;

    public StoppingHealthCheck(IHostApplicationLifetime lifetime) => _lifetime = lifetime;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_lifetime.ApplicationStopping.IsCancellationRequested ? HealthCheckResult.Unhealthy("stopping") : HealthCheckResult.Healthy());
}
