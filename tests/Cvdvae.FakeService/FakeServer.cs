using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cvdvae.FakeService;

/// <summary>The public API on a real HTTP/2 port of the loopback, without a model behind it.</summary>
public sealed class FakeServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private FakeServer(WebApplication application, FakeUpscaler upscaler)
    {
        _application = application;
        Upscaler = upscaler;
        Address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    }

    /// <summary><c>http://127.0.0.1:port</c>, or <c>http://unix:/path</c>.</summary>
    public string Address { get; }

    /// <summary>What answers, and what it was asked.</summary>
    public FakeUpscaler Upscaler { get; }

    /// <summary>Starts a server on a free port.</summary>
    /// <param name="upscaler">What answers.</param>
    /// <param name="socket">Path of a Unix socket to listen on instead.</param>
    /// <param name="protocols">HTTP versions spoken.</param>
    /// <param name="tls">Makes it speak TLS.</param>
    public static async Task<FakeServer> StartAsync(
        FakeUpscaler? upscaler = null, string? socket = null, HttpProtocols protocols = HttpProtocols.Http2, HttpsConnectionAdapterOptions? tls = null)
    {
        upscaler ??= new FakeUpscaler();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc(options => options.MaxReceiveMessageSize = 64 << 20);
        builder.Services.AddSingleton(upscaler);
        builder.WebHost.ConfigureKestrel(options =>
        {
            if (socket is not null)
            {
                options.ListenUnixSocket(socket, endpoint => endpoint.Protocols = protocols);
            }
            else
            {
                options.Listen(System.Net.IPAddress.Loopback, 0, endpoint =>
                {
                    endpoint.Protocols = protocols;
                    if (tls is not null)
                    {
                        endpoint.UseHttps(tls);
                    }
                });
            }
        });
        WebApplication application = builder.Build();
        application.MapGrpcService<FakeService>();
        await application.StartAsync();
        return new FakeServer(application, upscaler);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _application.StopAsync(limit.Token);
        await _application.DisposeAsync();
    }
}
