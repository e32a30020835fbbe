using System.Net.Sockets;
using Cvdvae.Channels;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Cvdvae.Client;

/// <summary>Makes the channel to a server.</summary>
internal static class ServerChannel
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(int.MaxValue);
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstReconnect = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LastReconnect = TimeSpan.FromSeconds(5);

    /// <summary>A channel for checked options; it connects at the first call.</summary>
    public static GrpcChannel Create(SuperResolutionClientOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = options.ConnectTimeout < LongestTimer ? options.ConnectTimeout : Timeout.InfiniteTimeSpan,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,

            // A server that is cut off without a reset is noticed while a call waits for it.
            KeepAlivePingDelay = PingDelay,
            KeepAlivePingTimeout = PingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            SslOptions = ServerTls.Create(options),
        };
        var settings = new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = options.MaxMessageBytes,
            MaxSendMessageSize = null,

            // The default grows to two minutes, for which a restarted server would stay out of reach.
            InitialReconnectBackoff = FirstReconnect,
            MaxReconnectBackoff = LastReconnect,
        };
        if (ServerAddress.UnixPath(options.Address) is string path)
        {
            handler.ConnectCallback = (_, stop) => ConnectAsync(path, stop);
            return GrpcChannel.ForAddress("http://localhost", settings);
        }

        if (options.Address.StartsWith("dns:", StringComparison.Ordinal))
        {
            settings.Credentials = options.Tls ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure;
            settings.ServiceConfig = new ServiceConfig { LoadBalancingConfigs = { new RoundRobinConfig() } };
            settings.ServiceProvider = new ServiceCollection()
                .AddSingleton<ResolverFactory>(new NameResolver.Factory(options.ResolverRefresh))
                .BuildServiceProvider();
        }

        return GrpcChannel.ForAddress(options.Address, settings);
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken stop)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), stop).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
