using System.Net;
using System.Net.Sockets;

namespace Cvdvae.FunctionalTests.Documentation;

/// <summary>Hands connections on to a server, but turns away the first one after <see cref="Refuse"/>, as what stands before a server does while that is starting.</summary>
internal sealed class UnsteadyRelay : IAsyncDisposable
{
    private const int MaxRequestBytes = 65536;
    private static readonly byte[] Unavailable = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Uri _server;
    private readonly bool _answers;
    private readonly Task _running;
    private int _refusals;

    /// <summary>Starts at once.</summary>
    /// <param name="server">The server as <c>http://host:port</c>.</param>
    /// <param name="answers">Whether the connection that is turned away gets a 503 of HTTP/1.1; it is closed without a word otherwise.</param>
    public UnsteadyRelay(string server, bool answers = false)
    {
        _server = new Uri(server);
        _answers = answers;
        _listener.Start();
        _running = RunAsync();
    }

    /// <summary>Where it listens, as <c>host:port</c>.</summary>
    public string Authority => _listener.LocalEndpoint.ToString()!;

    /// <summary>Whether the next connection is still to be turned away.</summary>
    public bool IsRefusing => Volatile.Read(ref _refusals) > 0;

    /// <summary>Turns the next connection away.</summary>
    public void Refuse() => Volatile.Write(ref _refusals, 1);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _running;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptSocketAsync(_stop.Token);
                if (Interlocked.Exchange(ref _refusals, 0) > 0)
                {
                    connections.Add(TurnAwayAsync(client));
                }
                else
                {
                    connections.Add(HandOnAsync(client));
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task TurnAwayAsync(Socket client)
    {
        using (client)
        {
            if (_answers)
            {
                try
                {
                    // A client that is answered before it has asked takes that for an error of its own.
                    await client.ReceiveAsync(new byte[MaxRequestBytes], _stop.Token);
                    await client.SendAsync(Unavailable, _stop.Token);
                    client.Shutdown(SocketShutdown.Send);
                    await client.ReceiveAsync(new byte[MaxRequestBytes], _stop.Token);
                }
                catch (Exception error) when (error is OperationCanceledException or SocketException)
                {
                    // It has gone.
                }
            }
        }
    }

    private async Task HandOnAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using (client)
        {
            try
            {
                await server.ConnectAsync(_server.Host, _server.Port, _stop.Token);
                await using var near = new NetworkStream(client);
                await using var far = new NetworkStream(server);

                // Whichever side ends the connection, it is over for both.
                await Task.WhenAny(near.CopyToAsync(far, _stop.Token), far.CopyToAsync(near, _stop.Token));
            }
            catch (Exception error) when (error is OperationCanceledException or IOException or SocketException)
            {
                // The other side finds it closed.
            }
        }
    }
}
