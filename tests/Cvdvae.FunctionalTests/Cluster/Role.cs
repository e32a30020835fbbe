namespace Cvdvae.FunctionalTests.Cluster;

/// <summary>What a replica is.</summary>
/// <param name="Name">Its name, also in DNS.</param>
/// <param name="Project">Its project below services.</param>
/// <param name="Port">Its gRPC port; the next one is that of HTTP/1.1.</param>
internal sealed record Role(string Name, string Project, int Port)
{
    public static Role Gateway { get; } = new("gateway", "Cvdvae.Gateway", 5000);

    public static Role Encoder { get; } = new("encoder", "Cvdvae.EncoderHost", 5100);

    public static Role Decoder { get; } = new("decoder", "Cvdvae.DecoderHost", 5200);

    /// <summary>Address that stands for all replicas.</summary>
    public string Url => $"dns:///{Name}.test:{Port}";
}
