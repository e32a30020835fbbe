using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cvdvae.ServiceDefaults.Listening;

/// <summary>Where a service listens: <c>http://host:port</c> (HTTP/2 or HTTP/1.1 without TLS), <c>https://host:port</c> (with TLS) or <c>unix:/path</c>.</summary>
public sealed class ServiceAddress
{
    private const string UnixPrefix = "unix:";
    private const int MostPathBytes = 107;

    private ServiceAddress(EndPoint? endPoint, string? socketPath, bool isTls = false) => (EndPoint, SocketPath, IsTls) = (endPoint, socketPath, isTls);

    /// <summary>What is accepted, for messages.</summary>
    public static string Accepted => "http://HOST:PORT or https://HOST:PORT with an IP address, localhost or * (any address, of IPv4 and IPv6) as the host and a port from 0 (any free one) to 65535, or unix:/PATH of at most 107 bytes";

    /// <summary>The endpoint of a TCP address; null for a Unix socket.</summary>
    internal EndPoint? EndPoint { get; }

    /// <summary>The path of a Unix socket; null for TCP.</summary>
    internal string? SocketPath { get; }

    /// <summary>Whether TLS is spoken.</summary>
    internal bool IsTls { get; }

    /// <summary>Whether an address, of a server or of a channel, is a Unix socket.</summary>
    public static bool IsUnix(string address) => address.StartsWith(UnixPrefix, StringComparison.Ordinal);

    /// <summary>The path of the Unix socket that an address names.</summary>
    /// <exception cref="ArgumentException">It names none.</exception>
    public static string UnixPath(string address)
    {
        // unix:/path and unix:///path are the same; a relative path would depend on who reads it.
        string path = IsUnix(address) ? address[UnixPrefix.Length..] : "";
        path = path.StartsWith("///", StringComparison.Ordinal) ? path[2..] : path;
        return path.Length > 1 && path[0] == '/' && path[1] != '/' ? path : throw new ArgumentException($"address: '{address}' is not unix:/PATH");
    }

    /// <summary>Reads an address to listen on.</summary>
    public static bool TryParse(string text, out ServiceAddress address)
    {
        address = null!;
        if (IsUnix(text))
        {
            string path = text[UnixPrefix.Length..];
            address = new ServiceAddress(null, path);
            return path.Length > 1 && path[0] == '/' && path[1] != '/' && Encoding.UTF8.GetByteCount(path) <= MostPathBytes;
        }

        // "*" is no host of a URI. An IPv6 socket bound to any address takes callers over IPv4 too.
        string any = Socket.OSSupportsIPv6 ? "//[::]" : "//0.0.0.0";
        if (!Uri.TryCreate(text.Replace("//*", any, StringComparison.Ordinal), UriKind.Absolute, out Uri? uri)
            || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps) || uri.UserInfo.Length > 0 || uri.PathAndQuery != "/" || !HasPort(text, uri.Scheme))
        {
            return false;
        }

        IPAddress? host = uri.DnsSafeHost == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(uri.DnsSafeHost, out IPAddress? parsed) ? parsed : null;
        address = new ServiceAddress(host is null ? null : new IPEndPoint(host, uri.Port), null, uri.Scheme == Uri.UriSchemeHttps);
        return host is not null;
    }

    private static bool HasPort(string text, string scheme) => text.LastIndexOf(':') > scheme.Length && char.IsAsciiDigit(text.TrimEnd('/')[^1]);
}
