using Cvdvae.FunctionalTests.Networks;
using Cvdvae.FunctionalTests.Processes;
using Cvdvae.TestUtils;

namespace Cvdvae.FunctionalTests.Cluster;

/// <summary>
/// Services on hosts of their own, known by name: 2 gateways, 2 encoders and 3 decoders of the embedded model. The name of a role stands for
/// the replicas that are ready and are not to stop, as that of a headless Service does.
/// </summary>
internal sealed class ServiceCluster : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<Replica> _replicas = [];
    private readonly Network _network;
    private readonly NameServer _names;
    private readonly NetworkHost _client;
    private readonly IReadOnlyDictionary<string, string> _settings;

    private ServiceCluster(Network network, NetworkHost nameServer, NetworkHost client, IReadOnlyDictionary<string, string> settings)
    {
        _network = network;
        _names = new NameServer(nameServer, _folder[""]);
        _client = client;
        _settings = settings;
    }

    /// <summary>All that were started and not removed.</summary>
    public IReadOnlyList<Replica> Replicas => _replicas;

    /// <summary>Those of a role.</summary>
    public IReadOnlyList<Replica> Of(Role role) => [.. _replicas.Where(replica => replica.Role == role)];

    /// <summary>Starts a cluster and waits until all is ready; the test is skipped where there can be none.</summary>
    /// <param name="settings">Configuration of all services beside what a cluster needs.</param>
    public static async Task<ServiceCluster> StartAsync(IReadOnlyDictionary<string, string> settings)
    {
        Network network = await Network.CreateAsync();
        ServiceCluster? cluster = null;
        try
        {
            cluster = new ServiceCluster(network, await network.AddHostAsync("names"), await network.AddHostAsync("client"), settings);
            foreach (Role role in (Role[])[Role.Encoder, Role.Encoder, Role.Decoder, Role.Decoder, Role.Decoder, Role.Gateway, Role.Gateway])
            {
                await cluster.StartReplicaAsync(role);
            }

            await Task.WhenAll(cluster._replicas.Select(cluster.PublishAsync));
            return cluster;
        }
        catch
        {
            await (cluster?.DisposeAsync() ?? network.DisposeAsync());
            throw;
        }
    }

    /// <summary>Adds a replica; it is in DNS when it is ready.</summary>
    public async Task<Replica> AddAsync(Role role)
    {
        Replica replica = await StartReplicaAsync(role);
        await PublishAsync(replica);
        return replica;
    }

    /// <summary>Stops a replica as Kubernetes does: it leaves DNS, is asked to end, and may finish what it has.</summary>
    /// <returns>Its exit status.</returns>
    public async Task<int> StopAsync(Replica replica)
    {
        await _names.RemoveAsync(replica.Role.Name, replica.Host.Address);
        await replica.Service.Process.SignalAsync("TERM");
        return await replica.Service.Process.ExitAsync(InTime.Limit);
    }

    /// <summary>Stops a replica for good.</summary>
    public async Task RemoveAsync(Replica replica)
    {
        await StopAsync(replica);
        await replica.Service.DisposeAsync();
        _replicas.Remove(replica);
    }

    /// <summary>Kills a replica; DNS knows nothing of it.</summary>
    public static async Task KillAsync(Replica replica)
    {
        await replica.Service.Process.SignalAsync("KILL");
        await replica.Service.Process.ExitAsync(InTime.Limit);
    }

    /// <summary>Starts a stopped or killed replica anew on its host.</summary>
    public async Task RestartAsync(Replica replica)
    {
        await replica.Service.DisposeAsync();
        replica.Service = await StartProcessAsync(replica);
        await PublishAsync(replica);
    }

    /// <summary>Cuts a replica off: all packets are lost.</summary>
    public Task CutAsync(Replica replica) => _network.CutAsync(replica.Host);

    /// <summary>Ends the cut.</summary>
    public Task MendAsync(Replica replica) => _network.MendAsync(replica.Host);

    /// <summary>Puts a load on the gateways, from a host of its own.</summary>
    /// <param name="arguments">Options of the load generator.</param>
    public RunningLoad StartLoad(params string[] arguments) => new(Role.Gateway.Url, arguments, _client);

    /// <inheritdoc cref="ServiceProcess.ReportFailure"/>
    public void ReportFailure() => ServiceProcess.ReportFailure(_replicas.Select(replica => replica.Service));

    public async ValueTask DisposeAsync()
    {
        foreach (Replica replica in Enumerable.Reverse(_replicas))
        {
            await replica.Service.DisposeAsync();
        }

        await _names.DisposeAsync();
        await _network.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<Replica> StartReplicaAsync(Role role)
    {
        string name = $"{role.Name}-{_replicas.Count}";
        NetworkHost host = await _network.AddHostAsync(name);
        var replica = new Replica(role, host);
        replica.Service = await StartProcessAsync(replica);
        _replicas.Add(replica);
        return replica;
    }

    private Task<ServiceProcess> StartProcessAsync(Replica replica)
    {
        (Role role, NetworkHost host) = (replica.Role, replica.Host);
        var settings = new Dictionary<string, string>
        {
            ["Listen:Grpc"] = $"http://{host.Address}:{role.Port}",
            ["Listen:Http1"] = $"http://{host.Address}:{role.Port + 1}",
            ["Models:Path"] = Path.Combine(BuildOutput.Root, "models"),
            ["Gateway:Decoders:0"] = Role.Decoder.Url,
            ["Encoder:Address"] = Role.Encoder.Url,
            ["Channels:ResolverRefresh"] = "00:00:01",
            ["Shutdown:Delay"] = "00:00:02.5", // until callers have asked for the name once more
            ["Auth:Quota:MaxConcurrentCalls"] = "0", // all calls come from one address
            ["Torch:Threads"] = "1",
        };
        foreach ((string key, string value) in _settings)
        {
            settings[key] = value;
        }

        string name = host.Namespace;
        return ServiceProcess.StartAsync(name, role.Project, _folder[""], settings, host);
    }

    private async Task PublishAsync(Replica replica)
    {
        await replica.Service.ReadyAsync();
        await _names.AddAsync(replica.Role.Name, replica.Host.Address);
    }
}
