using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client.Balancer;
using Microsoft.Extensions.Logging;

namespace Cvdvae.Channels;

/// <summary>
/// The addresses of a <c>dns:///name:port</c>, looked up as often as was asked for: the resolver of Grpc.Net.Client never asks twice within 15 s,
/// in which replicas may have come and the last known one gone. The client library has it too.
/// </summary>
internal sealed class NameResolver : PollingResolver
{
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(500);

    // The key by which Grpc.Net.Client finds the host of requests and certificates; its own constant is not public.
    private static readonly BalancerAttributesKey<string> HostOverride = new("HostOverride");
    private readonly string _host;
    private readonly int _port;
    private readonly TimeSpan _refresh;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _lookup;
    private Timer? _timer;
    private DateTimeOffset _last;

    /// <summary>Makes one; it begins when it is started.</summary>
    internal NameResolver(Uri address, int defaultPort, TimeSpan refresh, Func<string, CancellationToken, Task<IPAddress[]>> lookup, ILoggerFactory loggers)
        : base(loggers, new EvenPauses())
    {
        var authority = new Uri($"dns://{address.AbsolutePath.TrimStart('/')}");
        (_host, _port) = (authority.Host, authority.Port < 0 ? defaultPort : authority.Port);
        (_refresh, _lookup) = (refresh, lookup);
    }

    /// <inheritdoc/>
    protected override void OnStarted()
    {
        base.OnStarted();

        // What belongs to the call that happens to be the first must not belong to the timer.
        using AsyncFlowControl flow = ExecutionContext.SuppressFlow();
        _timer = new Timer(_ => Refresh(), null, _refresh, _refresh);
    }

    /// <inheritdoc/>
    protected override async Task ResolveAsync(CancellationToken cancellationToken)
    {
        // A lost connection asks too, and there may be many.
        TimeSpan wait = _last + LeastPause - TimeProvider.System.GetUtcNow();
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, cancellationToken).ConfigureAwait(false);
        }

        _last = TimeProvider.System.GetUtcNow();
        try
        {
            IPAddress[] found = await _lookup(_host, cancellationToken).ConfigureAwait(false);
            Listener(ResolverResult.ForResult([.. found.Select(Address)]));
        }
        catch (SocketException error)
        {
            Listener(ResolverResult.ForFailure(new Status(StatusCode.Unavailable, $"the name {_host} can't be looked up: {error.Message}", error)));
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _timer?.Dispose();
    }

    private BalancerAddress Address(IPAddress address)
    {
        var balanced = new BalancerAddress(address.ToString(), _port);
        balanced.Attributes.Set(HostOverride, $"{_host}:{_port}");
        return balanced;
    }

    /// <summary>Makes resolvers of <c>dns:///</c> addresses.</summary>
    /// <param name="refresh">How often a name is looked up anew.</param>
    internal sealed class Factory(TimeSpan refresh) : ResolverFactory
    {
        /// <inheritdoc/>
        public override string Name => "dns";

        /// <inheritdoc/>
        public override Resolver Create(ResolverOptions options) =>
            new NameResolver(options.Address, options.DefaultPort, refresh, Dns.GetHostAddressesAsync, options.LoggerFactory);
    }

    /// <summary>A name that could not be looked up is looked up again after the same pause each time.</summary>
    private sealed class EvenPauses : IBackoffPolicyFactory, IBackoffPolicy
    {
        public IBackoffPolicy Create() => this;

        public TimeSpan NextBackoff() => LeastPause;
    }
}
