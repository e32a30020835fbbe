using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cvdvae.ModelHosting.Repository;

/// <summary>Healthy once the folder of models has been looked through and at least one is loaded and warmed up.</summary>
internal sealed class ModelsHealthCheck<T> : IHealthCheck
    where T : class, IDisposable
{
    private readonly ModelRepository<T> _repository;

    public ModelsHealthCheck(ModelRepository<T> repository) => _repository = repository;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        !_repository.HasScanned ? HealthCheckResult.Unhealthy("models are being loaded")
        : _repository.Models.Count == 0 ? HealthCheckResult.Unhealthy("no model is loaded")
        : HealthCheckResult.Healthy());
}
