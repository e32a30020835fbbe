using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Cvdvae.ServiceDefaults.Calls;
using Cvdvae.ServiceDefaults.Health;
using Cvdvae.ServiceDefaults.Tls;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Cvdvae.ServiceDefaults.Listening;

/// <summary>Gives Kestrel its endpoints and limits.</summary>
internal sealed class KestrelListening : IConfigureOptions<KestrelServerOptions>
{
    private readonly ListeningOptions _options;
    private readonly ListeningAddresses _addresses;
    private readonly ServerTls _tls;
    private readonly TimeProvider _time;
    private readonly CallShares _shares;

    public KestrelListening(IOptions<ListeningOptions> options, ListeningAddresses addresses, ServerTls tls, TimeProvider time, CallShares shares) =>
        (_options, _addresses, _tls, _time, _shares) = (options.Value, addresses, tls, time, shares);

    public void Configure(KestrelServerOptions options)
    {
        options.AddServerHeader = false;

        // gRPC refuses a message over its limit when it has read the length; the server's own limit must not come first.
        options.Limits.MaxRequestBodySize = Math.Max(options.Limits.MaxRequestBodySize ?? 0, 2L * _options.MaxMessageBytes);
        options.Limits.MaxConcurrentConnections = _options.MaxConnections;
        options.Limits.Http2.MaxStreamsPerConnection = _options.MaxStreamsPerConnection;
        options.Limits.Http2.InitialStreamWindowSize = _options.StreamWindowBytes;
        options.Limits.Http2.InitialConnectionWindowSize = _options.ConnectionWindowBytes;

        // A peer that vanished without a word would hold its calls for ever.
        options.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        options.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);

        // A reader may pause for as long as its deadline allows; what waits for it is bounded elsewhere.
        options.Limits.MinResponseDataRate = null;
        Listen(options, _options.Grpc, (listen, isTls) =>
        {
            listen.Protocols = HttpProtocols.Http2;
            _addresses.Bind(listen, isTls);
            if (_options.MaxConnectionAge > TimeSpan.Zero)
            {
                var age = new ConnectionAge(_options.MaxConnectionAge, _time);
                listen.Use(next => connection => age.RunAsync(connection, next));
            }

            if (isTls)
            {
                _tls.Use(listen, SslApplicationProtocol.Http2, checksCallers: true);
            }
        });
        if (_options.Http1.Length > 0)
        {
            Listen(options, _options.Http1, (listen, isTls) =>
            {
                listen.Protocols = HttpProtocols.Http1;
                _addresses.BindHttp1(listen, isTls);
                if (isTls)
                {
                    _tls.Use(listen, SslApplicationProtocol.Http11, checksCallers: false);
                }
            });
        }

        if (_options.Health.Length > 0)
        {
            Listen(options, _options.Health, (listen, _) =>
            {
                listen.Protocols = HttpProtocols.Http2;
                _addresses.BindHealth(listen);
                HealthEndpoint.Mark(listen);
            });
        }
    }

    private void Listen(KestrelServerOptions options, string text, Action<ListenOptions, bool> configure)
    {
        if (!ServiceAddress.TryParse(text, out ServiceAddress address))
        {
            throw new ArgumentException($"'{text}' is not {ServiceAddress.Accepted}");
        }

        if (address.SocketPath is { } path)
        {
            RemoveStale(path);
            options.ListenUnixSocket(path, listen => configure(listen, false));
        }
        else
        {
            options.Listen((IPEndPoint)address.EndPoint!, listen =>
            {
                // First: a connection that is too much costs no handshake.
                listen.Use(next => connection => _shares.ConnectAsync(connection, next));
                configure(listen, address.IsTls);
            });
        }
    }

    /// <summary>Removes the file of a socket that nobody listens on any more: a killed process leaves it behind, and binding would fail.</summary>
    private static void RemoveStale(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused)
        {
            // Also what connecting to an ordinary file gives: one with content stays, and binding fails.
            if (new FileInfo(path).Length == 0)
            {
                File.Delete(path);
            }
        }
    }
}
