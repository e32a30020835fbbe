using System.Net.Sockets;
using Cvdvae.ServiceDefaults.Listening;

namespace Cvdvae.ServiceDefaults.Starting;

/// <summary>Which of the endpoints can't be had, and why: what the server says of it names no option, and often no address.</summary>
internal static class ListenProblem
{
    /// <summary>Tries each endpoint of a service that has ended.</summary>
    public static IReadOnlyList<string> Of(ListeningOptions options) => Of(options, _ => true);

    /// <summary>Tries each port of a service that is not yet there. The file of a socket may be a dead process's, which the service itself clears away.</summary>
    public static IReadOnlyList<string> OfPorts(ListeningOptions options) =>
        Of(options, text => ServiceAddress.TryParse(text, out ServiceAddress address) && address.SocketPath is null);

    private static IReadOnlyList<string> Of(ListeningOptions options, Func<string, bool> isTried) =>
    [
        .. new[] { (nameof(options.Grpc), options.Grpc), (nameof(options.Http1), options.Http1), (nameof(options.Health), options.Health) }
            .Where(endpoint => endpoint.Item2.Length > 0 && isTried(endpoint.Item2))
            .Select(endpoint => Try(endpoint.Item2) is { } problem ? $"{ListeningOptions.Section}:{endpoint.Item1}: can't listen on {endpoint.Item2}: {problem}" : null)
            .OfType<string>(),
    ];

    private static string? Try(string text)
    {
        if (!ServiceAddress.TryParse(text, out ServiceAddress address))
        {
            return null;
        }

        string? folder = Path.GetDirectoryName(address.SocketPath);
        if (folder is not null && !Directory.Exists(folder))
        {
            return $"there is no folder '{folder}'";
        }

        try
        {
            using Socket socket = address.SocketPath is { } path
                ? Bound(new UnixDomainSocketEndPoint(path), ProtocolType.Unspecified)
                : Bound(address.EndPoint!, ProtocolType.Tcp);
            if (address.SocketPath is not null)
            {
                File.Delete(address.SocketPath);
            }

            return null;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse when address.SocketPath is null => "another program listens there; end that one, or take another port",
                SocketError.AddressAlreadyInUse => "another program listens there, or it is no socket; end that one, or take another path",
                SocketError.AddressNotAvailable => "this machine does not have the address",
                SocketError.AccessDenied => "there is no permission to",
                _ => error.Message,
            };
        }
    }

    private static Socket Bound(System.Net.EndPoint endPoint, ProtocolType protocol)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, protocol);
        try
        {
            socket.Bind(endPoint);
            socket.Listen();
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
