using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Cvdvae.ServiceDefaults.Listening;

/// <summary>Gives Kestrel its endpoints and limits.</summary>
internal sealed class KestrelListening : IConfigureOptions<KestrelServerOptions>
{
    private readonly ListeningOptions _options;
    private readonly ListeningAddresses _addresses;
    private readonly TimeProvider _time;

    public KestrelListening(IOptions<ListeningOptions> options, ListeningAddresses addresses, TimeProvider time) =>
        (_options, _addresses, _time) = (options.Value, addresses, time);

    public void Configure(KestrelServerOptions options)
    {
        options.AddServerHeader = false;

        // gRPC refuses a message over its limit when it has read the length; the server's own limit must not come first.
        options.Limits.MaxRequestBodySize = Math.Max(options.Limits.MaxRequestBodySize ?? 0, 2L * _options.MaxMessageBytes);
        options.Limits.Http2.InitialStreamWindowSize = _options.StreamWindowBytes;
        options.Limits.Http2.InitialConnectionWindowSize = _options.ConnectionWindowBytes;

        // A peer that vanished without a word would hold its calls for ever.
        options.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        options.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);

        // A reader may pause for as long as its deadline allows; what waits for it is bounded elsewhere.
        options.Limits.MinResponseDataRate = null;
        Listen(options, _options.Grpc, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            _addresses.Bind(listen);
            if (_options.MaxConnectionAge > TimeSpan.Zero)
            {
                var age = new ConnectionAge(_options.MaxConnectionAge, _time);
                listen.Use(next => connection => age.RunAsync(connection, next));
            }
        });
        if (_options.Http1.Length > 0)
        {
            Listen(options, _options.Http1, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                _addresses.BindHttp1(listen);
            });
        }
    }

    private static void Listen(KestrelServerOptions options, string text, Action<ListenOptions> configure)
    {
        if (!ServiceAddress.TryParse(text, out ServiceAddress address))
        {
            throw new ArgumentException($"'{text}' is not {ServiceAddress.Accepted}");
        }

        if (address.SocketPath is { } path)
        {
            RemoveStale(path);
            options.ListenUnixSocket(path, configure);
        }
        else
        {
            options.Listen((IPEndPoint)address.EndPoint!, configure);
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
