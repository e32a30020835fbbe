using Xunit;

namespace Cvdvae.DecoderHost.Tests.Service;

/// <summary>A decoder in one stage, for the tests of a class.</summary>
public sealed class OneStage : IAsyncLifetime
{
    public TestCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Cluster = await TestCluster.StartAsync([""]);

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
