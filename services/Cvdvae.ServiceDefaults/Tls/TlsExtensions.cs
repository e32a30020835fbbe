using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Cvdvae.ServiceDefaults.Tls;

/// <summary>TLS of endpoints and channels.</summary>
internal static class TlsExtensions
{
    public static IServiceCollection AddTls(this IServiceCollection services)
    {
        services.AddOptions<TlsOptions>().BindConfiguration(TlsOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TlsOptions>, TlsOptionsCheck>();
        services.AddSingleton<TlsFiles>();
        services.AddSingleton<RefusedConnections>();
        services.AddSingleton<ServerTls>();
        return services.AddSingleton<ClientTls>();
    }
}
