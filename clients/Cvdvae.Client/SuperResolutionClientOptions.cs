namespace Cvdvae.Client;

/// <summary>How a <see cref="SuperResolutionClient"/> reaches its server. Checked when the client is made.</summary>
public sealed class SuperResolutionClientOptions
{
    /// <summary>
    /// Where the server is: <c>http://host:port</c> (HTTP/2 without TLS), <c>https://host:port</c>, <c>unix:/path/of/socket</c>, or
    /// <c>dns:///name:port</c>, which spreads calls over all the addresses of a name.
    /// </summary>
    public string Address { get; set; } = "http://127.0.0.1:5000";

    /// <summary>Whether a <c>dns:///</c> address is reached over TLS.</summary>
    public bool Tls { get; set; }

    /// <summary>
    /// PEM file of the authorities that the server's certificate must come from; null: those that the system trusts. For TLS.
    /// </summary>
    public string? CaPath { get; set; }

    /// <summary>PEM file of the certificate to present to the server, followed by its intermediate ones; null: none. For TLS.</summary>
    public string? CertificatePath { get; set; }

    /// <summary>PEM file of its private key, not encrypted.</summary>
    public string? KeyPath { get; set; }

    /// <summary>Sent as <c>x-api-key</c>, where set.</summary>
    public string? ApiKey { get; set; }

    /// <summary>Sent as <c>authorization: Bearer</c>, where set.</summary>
    public string? Token { get; set; }

    /// <summary>
    /// Longest time of a call with all its attempts, above 0; null, <see cref="Timeout.InfiniteTimeSpan"/> or 100 years and more: no
    /// limit. The server ends an Upscale shortly before it with what is finished by then.
    /// </summary>
    public TimeSpan? Deadline { get; set; }

    /// <summary>Largest message that is accepted from the server, 1 KiB or more. A raw 1024x1024 image is 3 MiB.</summary>
    public int MaxMessageBytes { get; set; } = 64 << 20;

    /// <summary>Attempts of a call that fails before the server has admitted it, 1 (no retries) to 20.</summary>
    public int MaxAttempts { get; set; } = 4;

    /// <summary>Wait before the first retry, above 0; it doubles with each one and is shortened at random by up to half.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Longest wait before a retry, at least <see cref="RetryDelay"/>. A server that asks for a longer one is taken at its word: the call
    /// fails at once, and the exception says how long to wait.
    /// </summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time to set up a connection, above 0.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often the addresses behind a <c>dns:///</c> name are looked up anew, above 0. A lost connection looks them up at once.
    /// </summary>
    public TimeSpan ResolverRefresh { get; set; } = TimeSpan.FromSeconds(10);
}
