using Cvdvae.ServiceDefaults.Calls;
using Cvdvae.ServiceDefaults.Channels;
using Cvdvae.ServiceDefaults.Health;
using Cvdvae.ServiceDefaults.Listening;
using Cvdvae.ServiceDefaults.Observability;
using Cvdvae.ServiceDefaults.Starting;
using Cvdvae.ServiceDefaults.Tls;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cvdvae.ServiceDefaults;

/// <summary>What all services share: endpoints, gRPC with its limits and errors, health, reflection, shutdown, telemetry, channels.</summary>
public static class ServiceDefaultsExtensions
{
    private const int SmallMessage = 64 << 10;

    /// <summary>Adds it, once a process.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="role">One of <see cref="ServiceRoles"/>: it decides the default endpoints and windows.</param>
    /// <exception cref="ArgumentException">There is no such role.</exception>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder, string role)
    {
        builder.AddTelemetry(role);
        IServiceCollection services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddListening(role);
        services.AddTls();
        services.AddCalls();
        services.AddHealth();
        services.AddGrpcReflection();
        services.AddOptions<ServiceChannelOptions>().BindChecked(ServiceChannelOptions.Section);
        services.AddSingleton(provider => new ServiceChannels(
            provider.GetRequiredService<IOptions<ServiceChannelOptions>>(),
            provider.GetRequiredService<ClientTls>(),
            provider.GetRequiredService<ILoggerFactory>()));
        return builder;
    }

    /// <summary>Maps health and reflection on the gRPC endpoint, <c>/healthz/live</c>, <c>/healthz/ready</c> and <c>/metrics</c> on the HTTP/1.1 one.</summary>
    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        CallShares shares = app.Services.GetRequiredService<CallShares>();
        app.Use(next => context => shares.CallAsync(context, next));
        app.UseHealthEndpoint();

        // The gRPC endpoint speaks HTTP/2 alone, so that metrics never show up at the public edge's gRPC port.
        app.UseWhen(context => !HttpProtocol.IsHttp2(context.Request.Protocol), http =>
        {
            http.UseHealth();
            http.UseOpenTelemetryPrometheusScrapingEndpoint("/metrics");
        });
        app.MapGrpcHealthChecksService();
        if (app.Services.GetRequiredService<IOptions<ListeningOptions>>().Value.Reflection)
        {
            app.MapGrpcReflectionService();
        }

        return app;
    }

    private static void AddListening(this IServiceCollection services, string role)
    {
        new ListeningOptions().SetDefaults(role);
        services.AddOptions<ListeningOptions>()
            .Configure(options => options.SetDefaults(role))
            .BindConfiguration(ListeningOptions.Section)
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<ListeningOptions>, ListeningOptionsCheck>();
        services.AddSingleton<ListeningAddresses>();
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, KestrelListening>();
        services.AddHostedService<AddressAnnouncer>();
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<OpenDoor>(provider, role));
    }

    private static void AddCalls(this IServiceCollection services)
    {
        services.AddOptions<ShutdownOptions>().BindChecked(ShutdownOptions.Section);

        // The host's own limit comes after ours, so that aborted calls can still end in order.
        services.AddOptions<HostOptions>().Configure<IOptions<ShutdownOptions>>((host, shutdown) => host.ShutdownTimeout = shutdown.Value.Delay + shutdown.Value.Timeout + TimeSpan.FromSeconds(10));
        services.AddSingleton<CallShares>();
        services.AddSingleton<RunningCalls>();
        services.AddHostedService<GracefulShutdown>();
        services.AddSingleton<CallInterceptor>();
        services.AddGrpc(options => options.Interceptors.Add<CallInterceptor>());
        services.AddOptions<GrpcServiceOptions>().Configure(grpc =>
        {
            // Health and reflection need no more, and anybody may call them.
            grpc.MaxReceiveMessageSize = SmallMessage;
            grpc.MaxSendMessageSize = null;
        });
    }

    /// <summary>Lets a service receive messages of up to <see cref="ListeningOptions.MaxMessageBytes"/>.</summary>
    public static IServiceCollection AddLargeMessages<TService>(this IServiceCollection services)
        where TService : class
    {
        services.AddOptions<GrpcServiceOptions<TService>>().Configure<IOptions<ListeningOptions>>((grpc, listening) => grpc.MaxReceiveMessageSize = listening.Value.MaxMessageBytes);
        return services;
    }
}
