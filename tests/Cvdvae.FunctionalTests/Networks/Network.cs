using System.Globalization;
using Cvdvae.TestUtils;
using Xunit;

namespace Cvdvae.FunctionalTests.Networks;

/// <summary>Hosts on a switch, all of them network namespaces of this test: nothing else on the machine can reach them, nor they it.</summary>
internal sealed class Network : IAsyncDisposable
{
    private const string Prefix = "cvdvae-test";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly TemporaryFolder _folder = new();
    private static int s_count;
    private readonly string _name = $"{Prefix}-{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}";
    private readonly List<string> _namespaces = [];
    private readonly string _switch;
    private readonly string _resolverFile;

    private Network()
    {
        _switch = $"{_name}-switch";
        _resolverFile = _folder["resolv.conf"];
        File.WriteAllText(_resolverFile, $"nameserver {NameServerAddress}\noptions timeout:1 attempts:3\n");
    }

    /// <summary>The first host's address: names are asked of it.</summary>
    public static string NameServerAddress => Address(1);

    /// <summary>Makes a switch without hosts.</summary>
    public static async Task<Network> CreateAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "only root can make network namespaces");
        Assert.SkipUnless(ProgramPath.Find("ip") is not null && ProgramPath.Find("dnsmasq") is not null, "ip (iproute2) or dnsmasq is missing");
        await RemoveLeftOversAsync();
        var network = new Network();
        try
        {
            if (await TryAddNamespaceAsync(network._switch) is { } problem)
            {
                Assert.Skip($"no network namespace can be made: {problem}");
            }

            network._namespaces.Add(network._switch);
            await IpAsync("-n", network._switch, "link", "add", "bridge", "type", "bridge");
            await IpAsync("-n", network._switch, "link", "set", "bridge", "up");
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>Adds a host with the next address.</summary>
    public async Task<NetworkHost> AddHostAsync(string name)
    {
        int number = _namespaces.Count;
        string space = $"{_name}-{name}";
        var host = new NetworkHost(space, Address(number), $"port{number}", _resolverFile);
        await IpAsync("netns", "add", space);
        _namespaces.Add(space);
        await IpAsync("link", "add", "eth0", "netns", space, "type", "veth", "peer", "name", host.Port, "netns", _switch);
        await IpAsync("-n", space, "address", "add", $"{host.Address}/24", "dev", "eth0");
        await IpAsync("-n", space, "link", "set", "lo", "up");
        await IpAsync("-n", space, "link", "set", "eth0", "up");
        await IpAsync("-n", _switch, "link", "set", host.Port, "master", "bridge", "up");
        return host;
    }

    /// <summary>Takes a host's cable out of the switch: what it sends, and what is sent to it, is lost without a word.</summary>
    public Task CutAsync(NetworkHost host) => IpAsync("-n", _switch, "link", "set", host.Port, "nomaster");

    /// <summary>Puts it back.</summary>
    public Task MendAsync(NetworkHost host) => IpAsync("-n", _switch, "link", "set", host.Port, "master", "bridge");

    public async ValueTask DisposeAsync()
    {
        foreach (string space in Enumerable.Reverse(_namespaces))
        {
            await IpAsync("netns", "delete", space);
        }

        _folder.Dispose();
    }

    private static string Address(int number) => $"10.83.0.{number.ToString(CultureInfo.InvariantCulture)}";

    private static async Task IpAsync(params string[] arguments)
    {
        if (await TryIpAsync(arguments) is { } problem)
        {
            throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {problem}");
        }
    }

    private static Task<string?> TryAddNamespaceAsync(string name) => TryIpAsync("netns", "add", name);

    private static async Task<string?> TryIpAsync(params string[] arguments)
    {
        await using ChildProcess ip = ChildProcess.Start("ip", arguments);
        return await ip.ExitAsync(Limit) == 0 ? null : ip.Error.Trim();
    }

    /// <summary>Namespaces of test programs that were killed.</summary>
    private static async Task RemoveLeftOversAsync()
    {
        if (!Directory.Exists("/run/netns"))
        {
            return;
        }

        foreach (string space in Directory.GetFiles("/run/netns", $"{Prefix}-*").Select(path => Path.GetFileName(path)))
        {
            string id = space[(Prefix.Length + 1)..].Split('-')[0];
            if (!Directory.Exists($"/proc/{id}"))
            {
                await TryIpAsync("netns", "delete", space);
            }
        }
    }
}
