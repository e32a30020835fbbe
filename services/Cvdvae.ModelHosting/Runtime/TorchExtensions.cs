using Cvdvae.Model.Runtime;
using Cvdvae.ServiceDefaults.Starting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Cvdvae.ModelHosting.Runtime;

/// <summary>Adds where and how models run.</summary>
public static class TorchExtensions
{
    /// <summary>Adds <see cref="TorchOptions"/>, checked at the start, and the <see cref="InferenceOptions"/> they mean.</summary>
    public static IServiceCollection AddTorch(this IServiceCollection services)
    {
        services.AddOptions<TorchOptions>().BindChecked(TorchOptions.Section);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TorchOptions>, TorchOptionsCheck>());
        services.TryAddSingleton(provider => provider.GetRequiredService<IOptions<TorchOptions>>().Value.ToInferenceOptions());
        services.AddHostedService<TorchReport>();
        return services;
    }
}
