using System.Net;
using Cvdvae.ServiceDefaults.Tls;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cvdvae.ServiceDefaults.Listening;

/// <summary>Says at the start that an encoder or a decoder takes the calls of anybody who reaches it: these services trust their callers.</summary>
internal sealed partial class OpenDoor(string role, IOptions<ListeningOptions> listening, IOptions<TlsOptions> tls, ILogger<OpenDoor> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (IsOpen(role, listening.Value.Grpc, tls.Value))
        {
            Open(listening.Value.Grpc);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Whether other machines reach a service that trusts its callers, and it does not ask who they are.</summary>
    internal static bool IsOpen(string role, string grpc, TlsOptions tls) =>
        role is ServiceRoles.Encoder or ServiceRoles.Decoder
        && tls.ClientCaPath.Length == 0
        && ServiceAddress.TryParse(grpc, out ServiceAddress address)
        && address.EndPoint is IPEndPoint { Address: var host } && !IPAddress.IsLoopback(host);

    [LoggerMessage(102, LogLevel.Warning, "{Address} takes the calls of anybody who reaches it: keep strangers out by network policies, or by certificates (Tls:ClientCaPath)")]
    private partial void Open(string address);
}
