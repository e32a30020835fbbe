using Cvdvae.EncoderHost.Batching;
using Cvdvae.EncoderHost.Encoding;
using Cvdvae.ModelHosting.Repository;
using Cvdvae.ModelHosting.Runtime;
using Cvdvae.ServiceDefaults;
using Cvdvae.ServiceDefaults.Health;
using Cvdvae.ServiceDefaults.Starting;

namespace Cvdvae.EncoderHost;

/// <summary>The encoder role.</summary>
public static class EncoderHostExtensions
{
    /// <summary>Adds the encoder; <c>AddServiceDefaults</c> is the process's own to call.</summary>
    public static WebApplicationBuilder AddEncoderHost(this WebApplicationBuilder builder)
    {
        builder.Services.AddEncoder().AddLargeMessages<EncoderService>();
        return builder;
    }

    /// <summary>Maps the encoder's API.</summary>
    public static WebApplication MapEncoderHost(this WebApplication app)
    {
        app.MapGrpcService<EncoderService>();
        return app;
    }

    private static IServiceCollection AddEncoder(this IServiceCollection services)
    {
        services.AddTorch();
        services.AddOptions<EncoderOptions>().BindChecked(EncoderOptions.Section);
        services.AddSingleton<EncodeQueue>();
        services.AddSingleton<EncoderMetrics>();
        services.AddSingleton<EncodeWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<EncodeWorker>());
        services.AddSingleton<EncoderModelLoader>();
        services.AddModelRepository<EncoderModel>("encoder", provider => provider.GetRequiredService<EncoderModelLoader>().Load);
        return services.AddServingStatus(V1.EncoderService.Descriptor.FullName);
    }
}
