using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Cvdvae.Client;

/// <summary>Registers the client.</summary>
public static class ServiceCollectionExtensions
{
    /// <summary>
    /// Registers one <see cref="SuperResolutionClient"/> for the whole program. Its options are checked when the program starts, and are those
    /// of <see cref="SuperResolutionClientOptions"/>, so that they can also be bound to a section of the configuration.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets options.</param>
    public static IServiceCollection AddCvdvaeClient(this IServiceCollection services, Action<SuperResolutionClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        OptionsBuilder<SuperResolutionClientOptions> options = services.AddOptions<SuperResolutionClientOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SuperResolutionClientOptions>, OptionsCheck>());
        services.TryAddSingleton(provider => new SuperResolutionClient(
            provider.GetRequiredService<IOptions<SuperResolutionClientOptions>>().Value, provider.GetService<TimeProvider>()));
        return services;
    }
}
