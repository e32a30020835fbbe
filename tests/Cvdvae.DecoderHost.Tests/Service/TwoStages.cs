using Xunit;

namespace Cvdvae.DecoderHost.Tests.Service;

/// <summary>A decoder in two stages, 1-8 and 16-32, for the tests of a class.</summary>
public sealed class TwoStages : IAsyncLifetime
{
    public TestCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Cluster = await TestCluster.StartAsync(["1-8", "16-32"]);

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
