using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Cvdvae.Channels;
using Cvdvae.ServiceDefaults.Listening;
using Cvdvae.ServiceDefaults.Tls;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cvdvae.ServiceDefaults.Channels;

/// <summary>
/// The channels to other services, one for each address: <c>http://host:port</c>, <c>https://host:port</c>, <c>unix:/path</c>, or
/// <c>dns:///name:port</c>, which spreads calls over all addresses of the name.
/// </summary>
public sealed class ServiceChannels : IDisposable
{
    private static readonly TimeSpan FirstReconnect = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastReconnect = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, GrpcChannel> _channels = new(StringComparer.Ordinal);
    private readonly ServiceChannelOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly ClientTls? _tls;
    private readonly ServiceProvider _resolvers;

    /// <summary>Creates the set, without a channel yet and without certificates of its own.</summary>
    public ServiceChannels(IOptions<ServiceChannelOptions> options, ILoggerFactory loggers)
        : this(options, null, loggers)
    {
    }

    /// <summary>Creates the set, without a channel yet.</summary>
    internal ServiceChannels(IOptions<ServiceChannelOptions> options, ClientTls? tls, ILoggerFactory loggers)
    {
        (_options, _tls, _loggers) = (options.Value, tls, loggers);
        _resolvers = new ServiceCollection()
            .AddSingleton<ResolverFactory>(new NameResolver.Factory(_options.ResolverRefresh))
            .BuildServiceProvider();
    }

    /// <summary>What is accepted as an address, for messages.</summary>
    public static string Accepted => "http://HOST:PORT, https://HOST:PORT, dns:///NAME:PORT or unix:/PATH";

    /// <summary>Whether a text is an address of a channel.</summary>
    public static bool IsAddress(string address)
    {
        if (ServiceAddress.IsUnix(address))
        {
            return ServiceAddress.TryParse(address, out _);
        }

        return Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) && uri.Scheme switch
        {
            "http" or "https" => uri.Host.Length > 0 && uri.PathAndQuery == "/",
            "dns" => ServiceName.TryParse(address, out _),
            _ => false,
        };
    }

    /// <summary>The channel to an address; made at first use, never to be disposed by the caller.</summary>
    /// <exception cref="ArgumentException">The address is none of the four kinds.</exception>
    public GrpcChannel For(string address)
    {
        lock (_gate)
        {
            if (!_channels.TryGetValue(address, out GrpcChannel? channel))
            {
                channel = Create(address);
                _channels.Add(address, channel);
            }

            return channel;
        }
    }

    /// <summary>A channel to one of the addresses behind a <c>dns:///</c> name, for a caller that chooses among them by itself and disposes it.</summary>
    /// <param name="name">The name and port.</param>
    /// <param name="address">One of its addresses.</param>
    public GrpcChannel To(ServiceName name, IPAddress address)
    {
        SocketsHttpHandler handler = Handler();
        handler.ConnectCallback = (_, cancellation) => ConnectAsync(new IPEndPoint(address, name.Port), cancellation);
        return GrpcChannel.ForAddress($"{(_options.Tls ? Uri.UriSchemeHttps : Uri.UriSchemeHttp)}://{name.Host}:{name.Port}", Options(handler));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (GrpcChannel channel in _channels.Values)
            {
                channel.Dispose();
            }

            _channels.Clear();
        }

        _resolvers.Dispose();
    }

    private GrpcChannel Create(string address)
    {
        if (!IsAddress(address))
        {
            throw new ArgumentException($"address: '{address}' is not {Accepted}", nameof(address));
        }

        SocketsHttpHandler handler = Handler();
        GrpcChannelOptions options = Options(handler);
        if (ServiceAddress.IsUnix(address))
        {
            string path = ServiceAddress.UnixPath(address);
            handler.ConnectCallback = (_, cancellation) => ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return GrpcChannel.ForAddress("http://localhost", options);
        }

        if (address.StartsWith("dns:", StringComparison.Ordinal))
        {
            options.Credentials = _options.Tls ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure;
            options.ServiceConfig = new ServiceConfig { LoadBalancingConfigs = { new RoundRobinConfig() } };
        }

        return GrpcChannel.ForAddress(address, options);
    }

    private SocketsHttpHandler Handler() => new()
    {
        UseProxy = false,
        SslOptions = _tls?.CreateOptions() ?? new SslClientAuthenticationOptions(),
        EnableMultipleHttp2Connections = true,
        InitialHttp2StreamWindowSize = _options.StreamWindowBytes,
        ConnectTimeout = _options.ConnectTimeout,
        KeepAlivePingDelay = _options.KeepAlivePingDelay,
        KeepAlivePingTimeout = _options.KeepAlivePingTimeout,
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        PlaintextStreamFilter = static (context, _) => ValueTask.FromResult<Stream>(new ReadAheadStream(context.PlaintextStream)),
    };

    private GrpcChannelOptions Options(SocketsHttpHandler handler) => new()
    {
        HttpHandler = handler,
        DisposeHttpClient = true,
        LoggerFactory = _loggers,
        MaxReceiveMessageSize = _options.MaxMessageBytes,
        MaxSendMessageSize = null,
        ServiceProvider = _resolvers,

        // The default grows to two minutes, for which a restarted service would stay out of reach.
        InitialReconnectBackoff = FirstReconnect,
        MaxReconnectBackoff = LastReconnect,
    };

    private static async ValueTask<Stream> ConnectAsync(EndPoint endPoint, CancellationToken cancellation)
    {
        var socket = endPoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
