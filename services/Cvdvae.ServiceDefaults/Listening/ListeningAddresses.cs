using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Cvdvae.ServiceDefaults.Listening;

/// <summary>The addresses that the process is bound to; known once it has started.</summary>
public sealed class ListeningAddresses
{
    private (ListenOptions Bound, bool IsTls)? _grpc;
    private (ListenOptions Bound, bool IsTls)? _http1;
    private (ListenOptions Bound, bool IsTls)? _health;

    /// <summary>Address of the gRPC endpoint, as a channel takes it; null before the start, and in a test server.</summary>
    public string? Grpc => Text(_grpc);

    /// <summary>Address of the HTTP/1.1 endpoint; null where there is none.</summary>
    public string? Http1 => Text(_http1);

    /// <summary>Address of the endpoint that answers health alone; null where there is none.</summary>
    public string? Health => Text(_health);

    // The server replaces port 0 in them by the port it got.
    internal void Bind(ListenOptions grpc, bool isTls) => _grpc = (grpc, isTls);

    internal void BindHttp1(ListenOptions http1, bool isTls) => _http1 = (http1, isTls);

    internal void BindHealth(ListenOptions health) => _health = (health, false);

    private static string? Text((ListenOptions Bound, bool IsTls)? endpoint) => endpoint switch
    {
        null => null,
        { Bound.SocketPath: { } path } => $"unix:{path}",
        { Bound.IPEndPoint: { } endPoint, IsTls: var isTls } => $"{(isTls ? "https" : "http")}://{endPoint}",
        _ => null,
    };
}
