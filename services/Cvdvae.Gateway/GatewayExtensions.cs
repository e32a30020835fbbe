using System.Net;
using Cvdvae.Gateway.Delivery;
using Cvdvae.Gateway.Requests;
using Cvdvae.Gateway.Routing;
using Cvdvae.Gateway.Security;
using Cvdvae.Gateway.Telemetry;
using Cvdvae.Gateway.Upscaling;
using Cvdvae.Gateway.Web;
using Cvdvae.ServiceDefaults.Channels;
using Cvdvae.ServiceDefaults.Health;
using Cvdvae.V1;
using Grpc.AspNetCore.Server;
using Microsoft.Extensions.Options;

namespace Cvdvae.Gateway;

/// <summary>The gateway as a part of a process.</summary>
public static class GatewayExtensions
{
    private const string DefaultDecoder = "http://127.0.0.1:5200";

    /// <summary>Adds the gateway; the service defaults must be there too.</summary>
    public static WebApplicationBuilder AddGateway(this WebApplicationBuilder builder)
    {
        IServiceCollection services = builder.Services;
        services.AddOptions<GatewayOptions>().BindConfiguration(GatewayOptions.Section)
            .PostConfigure(options =>
            {
                if (options.Decoders.Count == 0)
                {
                    options.Decoders.Add(DefaultDecoder);
                }
            })
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<GatewayOptions>, GatewayOptionsValidator>();
        services.AddSingleton(provider => new CalledAddresses([.. provider.GetRequiredService<IOptions<GatewayOptions>>().Value.Decoders]));
        services.AddSingleton<GatewayMetrics>();
        services.AddSingleton<ImageWorkers>();
        services.AddSingleton<InputImageReader>();
        services.AddSingleton<DecoderPool>();
        services.AddSingleton<DecodeRouter>();
        services.AddSingleton<UpscaleSession>();
        services.AddSingleton<CallLimit>();
        services.AddSingleton<DecoderPoller>();
        services.AddSingleton<NameLookup>(Dns.GetHostAddressesAsync);
        services.AddHostedService<DecoderDiscovery>();
        services.AddOptions<GrpcServiceOptions<SuperResolutionApi>>().Configure<IOptions<GatewayOptions>>((grpc, gateway) =>
            grpc.MaxReceiveMessageSize = gateway.Value.MaxMessageBytes);
        services.AddServingStatus(SuperResolutionService.Descriptor.FullName);
        services.AddWeb();
        services.AddSecurity();
        services.AddHealthChecks().AddCheck<DecodersHealthCheck>("decoders", tags: [HealthExtensions.Ready]);
        return builder;
    }

    /// <summary>Maps the public API, for gRPC on the HTTP/2 endpoint and for gRPC-Web on the HTTP/1.1 one, and the page there.</summary>
    public static WebApplication MapGateway(this WebApplication app)
    {
        app.UseWeb();
        app.UseMiddleware<CallerGate>();
        app.MapGrpcService<SuperResolutionApi>().EnableGrpcWeb().RequireCors(WebExtensions.Origins).WithMetadata(new NeedsCaller());
        return app;
    }
}
