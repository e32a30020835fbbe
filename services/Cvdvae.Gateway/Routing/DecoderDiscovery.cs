using System.Net;
using System.Net.Sockets;
using Cvdvae.ServiceDefaults.Channels;
using Microsoft.Extensions.Options;

namespace Cvdvae.Gateway.Routing;

/// <summary>
/// Keeps the pool as the configuration says: a decoder for each address, and for a <c>dns:///</c> name one for each address that it stands for now.
/// </summary>
internal sealed partial class DecoderDiscovery(
    DecoderPool pool,
    DecoderPoller poller,
    ServiceChannels channels,
    NameLookup lookup,
    IOptions<GatewayOptions> options,
    IOptions<ServiceChannelOptions> channelOptions,
    TimeProvider time,
    ILogger<DecoderDiscovery> logger) : BackgroundService
{
    // A lost decoder may have been replaced, but names are not asked for more often than this.
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(500);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(options.Value.Decoders.Distinct(StringComparer.Ordinal).Select(address =>
            ServiceName.TryParse(address, out ServiceName name) ? FollowAsync(name, stoppingToken) : KeepAsync(address, stoppingToken)));

    private Task KeepAsync(string address, CancellationToken stoppingToken)
    {
        var replica = new DecoderReplica(address, channels.For(address), time);
        pool.Add(replica);
        return poller.PollAsync(replica, stoppingToken);
    }

    private async Task FollowAsync(ServiceName name, CancellationToken stoppingToken)
    {
        Dictionary<IPAddress, (CancellationTokenSource Stop, Task Running)> known = [];
        bool told = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            Task changed = pool.Changed;
            IPAddress[] addresses = await AddressesAsync(name, stoppingToken);

            // A name without addresses is more likely the name service's trouble than the end of all decoders, which would be noticed anyway.
            if (addresses.Length > 0)
            {
                await UpdateAsync(name, addresses, known, stoppingToken);
            }
            else if (!told)
            {
                NoAddress(name.Host);
            }

            told = addresses.Length == 0;
            await Task.Delay(LeastPause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (known.Count > 0)
            {
                await changed.WaitAsync(channelOptions.Value.ResolverRefresh, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await Task.WhenAll(known.Values.Select(followed => followed.Running));
    }

    private async Task UpdateAsync(
        ServiceName name, IPAddress[] addresses, Dictionary<IPAddress, (CancellationTokenSource Stop, Task Running)> known, CancellationToken stoppingToken)
    {
        foreach (IPAddress gone in known.Keys.Except(addresses).ToArray())
        {
            known.Remove(gone, out (CancellationTokenSource Stop, Task Running) followed);
            await followed.Stop.CancelAsync();
            await followed.Running;
            followed.Stop.Dispose();
        }

        foreach (IPAddress found in addresses.Except(known.Keys))
        {
            var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            known.Add(found, (stop, FollowAsync(name, found, stop.Token)));
        }
    }

    private async Task FollowAsync(ServiceName name, IPAddress address, CancellationToken stop)
    {
        string text = $"http://{new IPEndPoint(address, name.Port)}";
        var replica = new DecoderReplica(text, channels.To(name, address), time);
        pool.Add(replica);
        Found(name.Host, text);
        await poller.PollAsync(replica, stop);
        pool.Remove(replica);
        replica.Retire();
        Left(name.Host, text);
    }

    private async Task<IPAddress[]> AddressesAsync(ServiceName name, CancellationToken stoppingToken)
    {
        try
        {
            IPAddress[] all = await lookup(name.Host, stoppingToken);

            // Where a process has addresses of both kinds, it must not count twice.
            IPAddress[] four = [.. all.Where(address => address.AddressFamily == AddressFamily.InterNetwork).Distinct()];
            return four.Length > 0 ? four : [.. all.Distinct()];
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            return [];
        }
    }

    [LoggerMessage(302, LogLevel.Information, "{Name} has the decoder {Address}")]
    private partial void Found(string name, string address);

    [LoggerMessage(303, LogLevel.Information, "{Name} no longer has the decoder {Address}")]
    private partial void Left(string name, string address);

    [LoggerMessage(304, LogLevel.Warning, "{Name} has no address; the decoders that were known before are kept")]
    private partial void NoAddress(string name);
}
