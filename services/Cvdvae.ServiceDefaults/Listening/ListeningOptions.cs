namespace Cvdvae.ServiceDefaults.Listening;

/// <summary>Where a service listens and what it accepts; section <c>Listen</c>.</summary>
public sealed class ListeningOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Listen";

    /// <summary>Address of the gRPC endpoint (HTTP/2, with TLS where it is <c>https://</c>): see <see cref="ServiceAddress.Accepted"/>. The default depends on the role.</summary>
    public string Grpc { get; set; } = "";

    /// <summary>Address of the HTTP/1.1 endpoint for <c>/metrics</c>, <c>/healthz/live</c> and <c>/healthz/ready</c>; empty: none. The default depends on the role.</summary>
    public string Http1 { get; set; } = "";

    /// <summary>
    /// Address of an endpoint without TLS that answers <c>grpc.health.v1</c> and nothing else, for probes that can't speak the TLS of <see cref="Grpc"/>; empty: none.
    /// </summary>
    public string Health { get; set; } = "";

    /// <summary>Whether the gRPC endpoint answers reflection: the names of its services and their messages.</summary>
    public bool Reflection { get; set; } = true;

    /// <summary>Most connections at once on each endpoint, 1 to 1,000,000; more are closed at once.</summary>
    public int MaxConnections { get; set; } = 4096;

    /// <summary>
    /// Most connections at once from one address (IPv6: a /64 network), 1 to 1,000,000; 0: no limit but <see cref="MaxConnections"/>. Behind a proxy all callers have its address.
    /// </summary>
    public int MaxConnectionsPerAddress { get; set; } = 1024;

    /// <summary>Most calls at once, of whatever service and whether or not they are let in later, 1 to 1,000,000; more are refused.</summary>
    public int MaxCalls { get; set; } = 8192;

    /// <summary>Most such calls at once from one address, 1 to 1,000,000; 0: no limit but <see cref="MaxCalls"/>.</summary>
    public int MaxCallsPerAddress { get; set; } = 4096;

    /// <summary>Most watches of the health (<c>grpc.health.v1.Health/Watch</c>) at once, 1 to 1,000,000: they need no credentials and last as long as their client likes.</summary>
    public int MaxWatches { get; set; } = 1024;

    /// <summary>Most such watches at once from one address, 1 to 1,000,000; 0: no limit but <see cref="MaxWatches"/>.</summary>
    public int MaxWatchesPerAddress { get; set; } = 64;

    /// <summary>Most calls at once on one connection, 1 to 100,000; more wait at the client. The public edge has more than internal roles, whose callers open further connections.</summary>
    public int MaxStreamsPerConnection { get; set; } = 512;

    /// <summary>File to write the bound addresses to, as JSON, once the service listens; deleted when it stops. Empty: none.</summary>
    public string AddressFile { get; set; } = "";

    /// <summary>Most bytes of a message that is received, 1 KiB to 1 GiB.</summary>
    public int MaxMessageBytes { get; set; } = 16 << 20;

    /// <summary>
    /// Most bytes of messages that wait for their rest, over all calls, at least four times <see cref="MaxMessageBytes"/>, to 64 GiB; one address may have half of it. Beyond it calls are refused.
    /// </summary>
    public long MaxReceivingBytes { get; set; } = 256 << 20;

    /// <summary>Bytes that a client may send ahead on one stream, 64 KiB to 16 MiB. Raised for internal roles; the public edge keeps the server's default.</summary>
    public int StreamWindowBytes { get; set; } = 768 << 10;

    /// <summary>Bytes that a client may send ahead on one connection, at least <see cref="StreamWindowBytes"/>, to 64 MiB.</summary>
    public int ConnectionWindowBytes { get; set; } = 1 << 20;

    /// <summary>
    /// Age at which a connection is asked to end: running calls finish on it, new ones open another, so that processes that were added get their share. Each
    /// connection's own is up to a tenth shorter or longer, or all would come at once. 0: never; otherwise 1 s to 1 day.
    /// </summary>
    public TimeSpan MaxConnectionAge { get; set; }

    /// <summary>The defaults of a role.</summary>
    internal void SetDefaults(string role)
    {
        (int port, bool isInternal) = role switch
        {
            ServiceRoles.Encoder => (5100, true),
            ServiceRoles.Decoder => (5200, true),
            ServiceRoles.Gateway or ServiceRoles.AllInOne => (5000, false),
            _ => throw new ArgumentException($"role: '{role}' is not encoder, decoder, gateway or all", nameof(role)),
        };
        (Grpc, Http1) = ($"http://127.0.0.1:{port}", $"http://127.0.0.1:{port + 1}");
        if (isInternal)
        {
            (StreamWindowBytes, ConnectionWindowBytes, MaxStreamsPerConnection) = (4 << 20, 8 << 20, 100);
        }
    }

    /// <summary>What is wrong.</summary>
    internal IEnumerable<string> Problems()
    {
        if (!ServiceAddress.TryParse(Grpc, out _))
        {
            yield return $"{Section}:Grpc: '{Grpc}' is not {ServiceAddress.Accepted}";
        }

        if (Http1.Length > 0 && !ServiceAddress.TryParse(Http1, out _))
        {
            yield return $"{Section}:Http1: '{Http1}' is not empty or {ServiceAddress.Accepted}";
        }

        if (Health.Length > 0 && (!ServiceAddress.TryParse(Health, out ServiceAddress health) || health.IsTls))
        {
            yield return $"{Section}:Health: '{Health}' is not empty, http://HOST:PORT or unix:/PATH";
        }

        if (MaxConnections is < 1 or > 1_000_000)
        {
            yield return $"{Section}:MaxConnections: {MaxConnections} is not from 1 to 1000000";
        }

        (string Name, int Value, int Least)[] counts =
        [
            (nameof(MaxConnectionsPerAddress), MaxConnectionsPerAddress, 0),
            (nameof(MaxCalls), MaxCalls, 1),
            (nameof(MaxCallsPerAddress), MaxCallsPerAddress, 0),
            (nameof(MaxWatches), MaxWatches, 1),
            (nameof(MaxWatchesPerAddress), MaxWatchesPerAddress, 0),
        ];
        foreach ((string name, int value, int least) in counts.Where(count => count.Value < count.Least || count.Value > 1_000_000))
        {
            yield return $"{Section}:{name}: {value} is not from {least} to 1000000";
        }

        if (MaxStreamsPerConnection is < 1 or > 100_000)
        {
            yield return $"{Section}:MaxStreamsPerConnection: {MaxStreamsPerConnection} is not from 1 to 100000";
        }

        if (MaxMessageBytes is < 1 << 10 or > 1 << 30)
        {
            yield return $"{Section}:MaxMessageBytes: {MaxMessageBytes} is not from {1 << 10} to {1 << 30}";
        }

        if (MaxReceivingBytes < 4L * MaxMessageBytes || MaxReceivingBytes > 64L << 30)
        {
            yield return $"{Section}:MaxReceivingBytes: {MaxReceivingBytes} is not from four times MaxMessageBytes ({4L * MaxMessageBytes}) to {64L << 30}";
        }

        if (StreamWindowBytes is < 64 << 10 or > 16 << 20)
        {
            yield return $"{Section}:StreamWindowBytes: {StreamWindowBytes} is not from {64 << 10} to {16 << 20}";
        }

        if (MaxConnectionAge != TimeSpan.Zero && (MaxConnectionAge < TimeSpan.FromSeconds(1) || MaxConnectionAge > TimeSpan.FromDays(1)))
        {
            yield return $"{Section}:MaxConnectionAge: {MaxConnectionAge} is not 0 or from 1 s to 1 day";
        }

        if (ConnectionWindowBytes < StreamWindowBytes || ConnectionWindowBytes > 64 << 20)
        {
            yield return $"{Section}:ConnectionWindowBytes: {ConnectionWindowBytes} is not from StreamWindowBytes ({StreamWindowBytes}) to {64 << 20}";
        }
    }
}
