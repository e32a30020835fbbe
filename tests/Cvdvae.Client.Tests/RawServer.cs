using System.Net;
using System.Net.Sockets;

namespace Cvdvae.Client.Tests;

/// <summary>A service of another kind: takes connections of the loopback and does something to each.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly Func<NetworkStream, CancellationToken, Task> _answer;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    /// <param name="answer">What is done to a connection; it is closed afterwards.</param>
    public RawServer(Func<NetworkStream, CancellationToken, Task> answer)
    {
        _answer = answer;
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _running = RunAsync();
    }

    /// <summary><c>127.0.0.1:port</c>.</summary>
    public string Authority => _listener.LocalEndPoint!.ToString()!;

    /// <summary>Greets as mail and shell servers do.</summary>
    public static async Task GreetAsync(NetworkStream stream, CancellationToken stop)
    {
        await stream.WriteAsync("220 mail.example ESMTP ready, and glad to meet you\r\n"u8.ToArray(), stop);
        await stream.CopyToAsync(Stream.Null, stop);
    }

    /// <summary>Closes once something comes.</summary>
    public static async Task CloseAsync(NetworkStream stream, CancellationToken stop) => _ = await stream.ReadAsync(new byte[1024], stop);

    /// <summary>Resets the connection once something comes.</summary>
    public static async Task ResetAsync(NetworkStream stream, CancellationToken stop)
    {
        await CloseAsync(stream, stop);
        stream.Socket.LingerState = new LingerOption(true, 0);
    }

    /// <summary>Says nothing.</summary>
    public static Task KeepSilentAsync(NetworkStream stream, CancellationToken stop) => stream.CopyToAsync(Stream.Null, stop);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _running.WaitAsync(CallLimits.Limit);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(AnswerAsync(await _listener.AcceptAsync(_stop.Token)));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task AnswerAsync(Socket connection)
    {
        try
        {
            await using var stream = new NetworkStream(connection, ownsSocket: true);
            await _answer(stream, _stop.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            // the client or the test has ended it
        }
    }
}
