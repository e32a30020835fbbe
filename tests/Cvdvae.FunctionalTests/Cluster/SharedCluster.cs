namespace Cvdvae.FunctionalTests.Cluster;

/// <summary>A cluster for the tests of a class, started by the first: where there can be none, each of them is skipped.</summary>
public sealed class SharedCluster : IAsyncDisposable
{
    private ServiceCluster? _cluster;

    /// <summary>The cluster.</summary>
    internal async Task<ServiceCluster> GetAsync() => _cluster ??= await ServiceCluster.StartAsync(new Dictionary<string, string>
    {
        ["Scheduler:MaxBacklog"] = "01:00:00", // other tests keep the processors busy
    });

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }
}
