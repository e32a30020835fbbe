using System.ComponentModel.DataAnnotations;

namespace Cvdvae.ServiceDefaults.Channels;

/// <summary>How services call each other; section <c>Channels</c>.</summary>
public sealed class ServiceChannelOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Channels";

    /// <summary>Whether dns:/// addresses are reached over TLS; certificates must then be for the name in the address.</summary>
    public bool Tls { get; set; }

    /// <summary>Most bytes of a message that is received, 1 KiB to 1 GiB.</summary>
    [Range(1 << 10, 1 << 30)]
    public int MaxMessageBytes { get; set; } = 16 << 20;

    /// <summary>Bytes that a server may send ahead on one stream, 64 KiB to 16 MiB: before a feature map that the decoder leaves at the encoder, its first part comes all the same.</summary>
    [Range(64 << 10, 16 << 20)]
    public int StreamWindowBytes { get; set; } = 1 << 20;

    /// <summary>How often the names of dns:/// addresses are resolved anew: otherwise replicas added later are never found. 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan ResolverRefresh { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may take to be made, 100 ms to 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Silence on a connection with running calls after which a ping asks whether the peer is there. 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan KeepAlivePingDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long its answer may take; then the connection's calls fail as UNAVAILABLE. 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan KeepAlivePingTimeout { get; set; } = TimeSpan.FromSeconds(5);
}
