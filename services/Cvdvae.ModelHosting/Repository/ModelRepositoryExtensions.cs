using Cvdvae.ServiceDefaults.Health;
using Cvdvae.ServiceDefaults.Starting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cvdvae.ModelHosting.Repository;

/// <summary>Adds a repository.</summary>
public static class ModelRepositoryExtensions
{
    /// <summary>Adds <see cref="ModelRepository{T}"/>, what keeps it in line with the folder of models, and the readiness that depends on it.</summary>
    /// <param name="services">The services.</param>
    /// <param name="role">Name of the role, for the health check's.</param>
    /// <param name="loader">Gives what loads and warms up a model.</param>
    public static IServiceCollection AddModelRepository<T>(this IServiceCollection services, string role, Func<IServiceProvider, ModelLoader<T>> loader)
        where T : class, IDisposable
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<ModelRepositoryOptions>().BindChecked(ModelRepositoryOptions.Section);
        services.AddSingleton<ModelRepository<T>>();
        services.AddSingleton(provider => new ModelScanner<T>(
            provider.GetRequiredService<ModelRepository<T>>(),
            loader(provider),
            provider.GetRequiredService<IOptions<ModelRepositoryOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ModelScanner<T>>>()));
        services.AddHostedService<ModelScanService<T>>();
        services.AddHealthChecks().AddCheck<ModelsHealthCheck<T>>($"{role}-models", tags: [HealthExtensions.Ready]);
        return services;
    }
}
