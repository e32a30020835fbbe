using Cvdvae.TestUtils;

namespace Cvdvae.FunctionalTests.Networks;

/// <summary>The network's name server: names that stand for the addresses of all replicas of a service, as those of a headless Service do.</summary>
internal sealed class NameServer : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SortedSet<string>> _addresses = [];
    private readonly string _file;
    private readonly ChildProcess _process;

    /// <summary>Starts it on the network's first host.</summary>
    public NameServer(NetworkHost host, string folder)
    {
        _file = Path.Combine(folder, "names");
        File.WriteAllText(_file, "");
        (string program, IEnumerable<string> arguments) = host.Command(
            "dnsmasq", ["--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", $"--addn-hosts={_file}", $"--listen-address={host.Address}", "--bind-interfaces", "--pid-file=", "--user=root", "--local=/test/"]);
        _process = ChildProcess.Start(program, arguments);
    }

    /// <summary>Adds an address to a service's name.</summary>
    public Task AddAsync(string service, string address) => ChangeAsync(() => Addresses(service).Add(address));

    /// <summary>Takes an address away.</summary>
    public Task RemoveAsync(string service, string address) => ChangeAsync(() => Addresses(service).Remove(address));

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string Name(string service) => $"{service}.test";

    private SortedSet<string> Addresses(string service)
    {
        if (!_addresses.TryGetValue(service, out SortedSet<string>? set))
        {
            _addresses[service] = set = [];
        }

        return set;
    }

    private async Task ChangeAsync(Action change)
    {
        lock (_lock)
        {
            change();
            File.WriteAllLines(_file, _addresses.SelectMany(pair => pair.Value.Select(address => $"{address} {Name(pair.Key)}")));
        }

        await _process.SignalAsync("HUP");
    }
}
