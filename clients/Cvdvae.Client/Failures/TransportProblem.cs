using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Cvdvae.Client;

/// <summary>What keeps a client and its server apart, in a line for whoever typed the address.</summary>
internal static partial class TransportProblem
{
    private const string NoHost = "there is no such host";
    private const string NoHttp2 =
        "the server does not speak HTTP/2 there (by default gRPC has port 5000, the page and gRPC-Web have 5001)";
    private const string Closed = "the server closed the connection";
    private const string Certificate = "does it want a certificate of the client, or another one?";

    // The error codes of HTTP/2 for what can't be understood.
    private static readonly long[] NotUnderstood = [0x1, 0x6, 0x9, 0xD];

    /// <summary>The line; null where the server itself answered.</summary>
    /// <param name="status">How the call ended.</param>
    /// <param name="options">How the server is reached.</param>
    /// <param name="admitted">Whether the server had accepted the call.</param>
    public static string? Of(Grpc.Core.Status status, SuperResolutionClientOptions options, bool admitted)
    {
        Exception[] causes = [.. Causes(status.DebugException)];
        string? problem = ForeignAnswer(status.Detail) ?? (causes.Length > 0 ? Cause(causes, options, admitted) : null);
        return problem is null ? null : $"{(admitted ? "lost" : "can't reach")} {options.Address}: {problem}";
    }

    /// <summary>Whether what stands between found the request too large.</summary>
    public static bool IsTooLargeForAProxy(string detail) =>
        BadResponse().Match(detail) is { Success: true } match && match.Groups["status"].Value == "413";

    /// <summary>The same of a failure that was told.</summary>
    public static bool IsTooLargeForAProxy(Exception failure) =>
        failure.InnerException is Grpc.Core.RpcException error && IsTooLargeForAProxy(error.Status.Detail);

    private static IEnumerable<Exception> Causes(Exception? error)
    {
        while (error is not null)
        {
            yield return error;
            error = error is AggregateException { InnerExceptions: [Exception first, ..] } ? first : error.InnerException;
        }
    }

    private static string? Cause(Exception[] causes, SuperResolutionClientOptions options, bool admitted)
    {
        string text = string.Join(' ', causes.Select(cause => cause.Message));
        HttpRequestError[] kinds =
        [
            .. causes.OfType<HttpRequestException>().Select(cause => cause.HttpRequestError),
            .. causes.OfType<HttpIOException>().Select(cause => cause.HttpRequestError),
        ];
        bool beginning = !admitted && text.Contains("handshake", StringComparison.OrdinalIgnoreCase);
        string hint = beginning ? Hint(options) : "";
        if (RefusedByAlert().IsMatch(text))
        {
            return $"the server refuses the TLS connection; {Certificate}";
        }

        if (kinds.Contains(HttpRequestError.SecureConnectionError))
        {
            return Tls(text, options);
        }

        if (causes.OfType<SocketException>().FirstOrDefault() is { } socket)
        {
            return Socket(socket, hint, options);
        }

        if (causes.Any(cause => cause is TimeoutException))
        {
            double seconds = options.ConnectTimeout.TotalSeconds;
            return string.Create(CultureInfo.InvariantCulture, $"the server did not answer within {seconds:0.###} s");
        }

        if (!admitted && causes.OfType<HttpProtocolException>().Any(cause => NotUnderstood.Contains(cause.ErrorCode)))
        {
            return $"{NoHttp2}{Hint(options)}";
        }

        // A connection that fails while HTTP/2 begins does so in one of several ways, by chance; after TLS it has to do with certificates.
        return !causes.Any(cause => cause is HttpRequestException or IOException) ? null
            : kinds.Contains(HttpRequestError.NameResolutionError) ? NoHost
            : beginning && !ServerAddress.IsSecure(options) ? $"{NoHttp2}{hint}"
            : beginning || causes.Any(cause => cause is IOException) ? $"{Closed}{hint}"
            : causes[^1].Message.TrimEnd('.'); // as of a proxy that refuses
    }

    private static string Tls(string text, SuperResolutionClientOptions options)
    {
        if (text.Contains("no application protocol", StringComparison.OrdinalIgnoreCase))
        {
            return NoHttp2;
        }

        if (!text.Contains("remote certificate", StringComparison.OrdinalIgnoreCase))
        {
            string hint = IsBalanced(options) ? "is it one without?" : "without it the address begins with http://";
            return $"the server does not answer with TLS; {hint}";
        }

        string reason = text.Contains("NameMismatch", StringComparison.Ordinal) ? "it is for another name"
            : text.Contains("NotTimeValid", StringComparison.Ordinal) ? "it is not valid at this time"
            : "it is not from an authority that is trusted here";
        return $"the certificate of the server is not accepted ({reason})";
    }

    private static string Socket(SocketException error, string hint, SuperResolutionClientOptions options) => error.SocketErrorCode switch
    {
        SocketError.HostNotFound or SocketError.NoData => NoHost,
        SocketError.TryAgain or SocketError.NoRecovery => "the name of the host could not be looked up",
        SocketError.HostUnreachable => "there is no route to the host",
        SocketError.NetworkUnreachable => "there is no route to the network",
        SocketError.TimedOut => "the server does not answer",
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => $"{Closed}{hint}",
        SocketError.AccessDenied => "access is denied",
        SocketError.AddressNotAvailable when ServerAddress.UnixPath(options.Address) is not null => "there is no such socket",
        _ => error.Message.TrimEnd('.'), // as "Connection refused"
    };

    /// <summary>An answer that is not gRPC's: of some other server, or of one in between.</summary>
    private static string? ForeignAnswer(string detail)
    {
        if (BadResponse().Match(detail) is not { Success: true } match)
        {
            return null;
        }

        if (!int.TryParse(match.Groups["status"].ValueSpan, CultureInfo.InvariantCulture, out int status))
        {
            string type = match.Groups["type"].Value;
            return $"the server does not speak gRPC there{(type.Length > 0 ? $" (it answers with {type})" : "")}";
        }

        string meaning = status switch
        {
            (int)HttpStatusCode.Unauthorized or (int)HttpStatusCode.ProxyAuthenticationRequired => "what answers there wants credentials",
            (int)HttpStatusCode.Forbidden => "what answers there refuses this client",
            (int)HttpStatusCode.NotFound => "the server does not speak gRPC there",
            (int)HttpStatusCode.RequestEntityTooLarge => "the request is too large for what answers there",
            (int)HttpStatusCode.MisdirectedRequest => "the server is not one of this name",
            (int)HttpStatusCode.TooManyRequests => "what answers there takes no more calls for now",
            (int)HttpStatusCode.BadGateway or (int)HttpStatusCode.ServiceUnavailable or (int)HttpStatusCode.GatewayTimeout =>
                "what answers there does not reach the service",
            _ => "the server does not speak gRPC there",
        };
        return $"{meaning} (HTTP {status})";
    }

    private static string Hint(SuperResolutionClientOptions options) =>
        ServerAddress.UnixPath(options.Address) is not null ? ""
        : ServerAddress.IsSecure(options) ? $"; {Certificate}"
        : IsBalanced(options) ? "; does it want TLS?"
        : "; where it wants TLS the address begins with https://";

    private static bool IsBalanced(SuperResolutionClientOptions options) =>
        options.Address.StartsWith("dns:", StringComparison.OrdinalIgnoreCase);

    // What OpenSSL, Schannel and Secure Transport say when the other side does not take the client's certificate, or the lack of one.
    [GeneratedRegex(
        "alert[ _](certificate|bad[ _]certificate|unknown[ _]ca|handshake[ _]failure|access[ _]denied|unsupported[ _]certificate)",
        RegexOptions.IgnoreCase)]
    private static partial Regex RefusedByAlert();

    [GeneratedRegex(
        @"^Bad gRPC response\.(?: HTTP status code: (?<status>\d+)|.*content-type value: (?<type>[^;\s]+))?",
        RegexOptions.Singleline)]
    private static partial Regex BadResponse();
}
