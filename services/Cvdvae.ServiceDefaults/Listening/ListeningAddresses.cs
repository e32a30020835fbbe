using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Cvdvae.ServiceDefaults.Listening;

/// <summary>The addresses that the process is bound to; known once it has started.</summary>
public sealed class ListeningAddresses
{
    private ListenOptions? _grpc;
    private ListenOptions? _http1;

    /// <summary>Address of the gRPC endpoint, as a channel takes it; null before the start, and in a test server.</summary>
    public string? Grpc => Text(_grpc);

    /// <summary>Address of the HTTP/1.1 endpoint; null where there is none.</summary>
    public string? Http1 => Text(_http1);

    // The server replaces port 0 in them by the port it got.
    internal void Bind(ListenOptions grpc) => _grpc = grpc;

    internal void BindHttp1(ListenOptions http1) => _http1 = http1;

    private static string? Text(ListenOptions? bound) => bound switch
    {
        null => null,
        { SocketPath: { } path } => $"unix:{path}",
        { IPEndPoint: { } endPoint } => $"http://{endPoint}",
        _ => null,
    };
}
