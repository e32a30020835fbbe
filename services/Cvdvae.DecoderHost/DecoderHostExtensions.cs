using Cvdvae.DecoderHost.Calls;
using Cvdvae.DecoderHost.Device;
using Cvdvae.DecoderHost.HandOver;
using Cvdvae.DecoderHost.Hosting;
using Cvdvae.DecoderHost.Models;
using Cvdvae.DecoderHost.Neighbours;
using Cvdvae.Model.Sampling;
using Cvdvae.ModelHosting.Repository;
using Cvdvae.ModelHosting.Runtime;
using Cvdvae.Scheduling;
using Cvdvae.ServiceDefaults;
using Cvdvae.ServiceDefaults.Channels;
using Cvdvae.ServiceDefaults.Health;
using Cvdvae.ServiceDefaults.Starting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Cvdvae.DecoderHost;

/// <summary>The decoder role.</summary>
public static class DecoderHostExtensions
{
    /// <summary>Adds the decoder; <c>AddServiceDefaults</c> is the process's own to call.</summary>
    public static WebApplicationBuilder AddDecoderHost(this WebApplicationBuilder builder)
    {
        builder.Services.AddDecoder().AddLargeMessages<DecoderService>();
        return builder;
    }

    /// <summary>Maps the decoder's API.</summary>
    public static WebApplication MapDecoderHost(this WebApplication app)
    {
        app.MapGrpcService<DecoderService>();
        return app;
    }

    private static IServiceCollection AddDecoder(this IServiceCollection services)
    {
        services.AddTorch();
        services.AddDecoderOptions();
        services.TryAddSingleton<INoiseSource, PhiloxNoise>();
        services.AddSingleton(provider => new StageScheduler(
            new TorchStageDevice(provider.GetRequiredService<INoiseSource>()),
            provider.GetRequiredService<IOptions<StageSchedulerOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<StageScheduler>>(),
            provider.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>()));
        services.AddSingleton<DecoderMetrics>();
        services.AddSingleton<DecoderLinks>();
        services.AddSingleton(provider => new FeatureSource(provider.GetRequiredService<DecoderLinks>().Encoder, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<NeighbourWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<NeighbourWatch>());
        services.AddSingleton(CreateStage);
        services.AddSingleton<StatusReport>();
        services.AddSingleton<DecoderModelLoader>();
        services.AddModelRepository<LoadedDecoder>("decoder", provider => provider.GetRequiredService<DecoderModelLoader>().Load);
        services.AddHealthChecks().AddCheck<ChainHealthCheck>("decoder-chain", tags: [HealthExtensions.Ready]);
        return services.AddServingStatus(V1.DecoderService.Descriptor.FullName);
    }

    private static void AddDecoderOptions(this IServiceCollection services)
    {
        services.AddOptions<DecoderOptions>().BindChecked(DecoderOptions.Section);
        services.AddOptions<EncoderLinkOptions>().BindChecked(EncoderLinkOptions.Section);
        // Defaults that are made of other options come before what is configured.
        services.AddOptions<StageSchedulerOptions>().Configure<IOptions<TorchOptions>, IOptions<DecoderOptions>>((scheduler, torch, decoder) =>
        {
            scheduler.Lanes = torch.Value.DefaultLanes();
            scheduler.Stage = decoder.Value.Stages.Length == 0 ? "all" : decoder.Value.Stages;
        });
        services.AddOptions<StageSchedulerOptions>().BindChecked(StageSchedulerOptions.Section);
        services.AddSingleton<IValidateOptions<DecoderOptions>, DecoderOptionsCheck>();
        services.AddSingleton<IValidateOptions<EncoderLinkOptions>, DecoderOptionsCheck>();
        services.AddSingleton(provider => new CalledAddresses(
        [
            provider.GetRequiredService<IOptions<EncoderLinkOptions>>().Value.Address,
            .. provider.GetRequiredService<IOptions<DecoderOptions>>().Value.Next is { Length: > 0 } next ? [next] : Array.Empty<string>(),
        ]));
    }

    private static DecoderStage CreateStage(IServiceProvider provider)
    {
        DecoderOptions options = provider.GetRequiredService<IOptions<DecoderOptions>>().Value;
        return new DecoderStage(
            provider.GetRequiredService<StageScheduler>(),
            provider.GetRequiredService<DecoderLinks>(),
            new HandOverRoom(options.HandOverBytes),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IOptions<TorchOptions>>().Value.Precision,
            provider.GetRequiredService<IOptions<StageSchedulerOptions>>().Value.MaxRows,
            options.MaxWaitingPreviewBytes,
            options.LaterStagesGrace,
            provider.GetRequiredService<DecoderMetrics>());
    }
}
