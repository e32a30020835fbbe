using System.Net.Sockets;

namespace Cvdvae.FunctionalTests.Networks;

/// <summary>A host: a network namespace with one address, where names are asked of the network's name server.</summary>
/// <param name="Namespace">Name of the namespace.</param>
/// <param name="Address">Its IPv4 address.</param>
/// <param name="Port">Name of its cable's other end, at the switch.</param>
/// <param name="ResolverFile">What <c>/etc/resolv.conf</c> is there.</param>
internal sealed record NetworkHost(string Namespace, string Address, string Port, string ResolverFile)
{
    /// <summary>The command that runs a program here, as the process that it starts as.</summary>
    public (string Program, IEnumerable<string> Arguments) Command(string program, IEnumerable<string> arguments) =>
        ("ip", ["netns", "exec", Namespace, "sh", "-c", "mount --bind \"$0\" /etc/resolv.conf && exec \"$@\"", ResolverFile, program, .. arguments]);

    /// <summary>A client for HTTP requests from this host.</summary>
    public HttpClient Http(TimeSpan timeout) => new(
        new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (context, stop) =>
            {
                Socket socket = NamespaceSockets.Create($"/run/netns/{Namespace}");
                try
                {
                    await socket.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, stop);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        },
        disposeHandler: true)
    {
        Timeout = timeout,
    };
}
