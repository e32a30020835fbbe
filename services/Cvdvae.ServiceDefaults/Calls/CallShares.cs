using System.Threading.RateLimiting;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.ServiceDefaults.Listening;
using Cvdvae.ServiceDefaults.Observability;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cvdvae.ServiceDefaults.Calls;

/// <summary>
/// Bounds what an address, and all together, may hold open before anything is known of who they are: connections, calls, and watches of the health, which last as long as the
/// client likes.
/// </summary>
internal sealed partial class CallShares(IOptions<ListeningOptions> options, TimeProvider time, ILogger<CallShares> logger) : IDisposable
{
    private const string Watch = "/grpc.health.v1.Health/Watch";
    private const string Everybody = "";
    private const long KiB = 1024;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    // Made for the first caller: they look after their callers ten times a second.
    private readonly Lazy<PartitionedRateLimiter<string>> _connections = new(() => Of(options.Value.MaxConnections, options.Value.MaxConnectionsPerAddress));
    private readonly Lazy<PartitionedRateLimiter<string>> _calls = new(() => Of(options.Value.MaxCalls, options.Value.MaxCallsPerAddress));
    private readonly Lazy<PartitionedRateLimiter<string>> _watches = new(() => Of(options.Value.MaxWatches, options.Value.MaxWatchesPerAddress));
    private readonly Lazy<PartitionedRateLimiter<string>> _bytes = new(() => Of((int)(options.Value.MaxReceivingBytes / KiB), (int)(options.Value.MaxReceivingBytes / KiB / 2)));
    private readonly RepeatedFault _refused = new(time);
    private readonly Lock _telling = new();

    /// <summary>Runs a connection if its address may have one more.</summary>
    public async Task ConnectAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        string address = PeerAddress.Of((connection.RemoteEndPoint as System.Net.IPEndPoint)?.Address);
        using RateLimitLease lease = _connections.Value.AttemptAcquire(address);
        if (lease.IsAcquired)
        {
            await next(connection).ConfigureAwait(false);
            return;
        }

        Tell(address, "connections");
        connection.Abort();
    }

    /// <summary>Runs a call if its address may have one more.</summary>
    public async Task CallAsync(HttpContext context, RequestDelegate next)
    {
        string address = PeerAddress.Of(context.Connection.RemoteIpAddress);
        using RateLimitLease call = _calls.Value.AttemptAcquire(address);
        using RateLimitLease? watch = call.IsAcquired && context.Request.Path.Value == Watch ? _watches.Value.AttemptAcquire(address) : null;
        if (call.IsAcquired && watch is null or { IsAcquired: true })
        {
            using var body = new BoundedBody(context.Request.BodyReader, bytes => _bytes.Value.AttemptAcquire(address, bytes));
            context.Features.Set<IRequestBodyPipeFeature>(new BoundedBodyFeature(body));
            await next(context).ConfigureAwait(false);
            return;
        }

        string what = watch is null ? "calls" : "watches of the health";
        Tell(address, what);
        RefusedCall.Answer(context.Response, RpcErrors.ResourceExhausted($"too many {what} are open from this address, or in all; try again in a moment", RetryDelay));
    }

    public void Dispose()
    {
        foreach (Lazy<PartitionedRateLimiter<string>> limiter in new[] { _connections, _calls, _watches, _bytes }.Where(limiter => limiter.IsValueCreated))
        {
            limiter.Value.Dispose();
        }
    }

    private static PartitionedRateLimiter<string> Of(int all, int each)
    {
        PartitionedRateLimiter<string> together = PartitionedRateLimiter.Create<string, string>(_ => Limit(Everybody, all));

        // Neighbours over a Unix socket are processes of this machine.
        return each == 0
            ? together
            : PartitionedRateLimiter.CreateChained(
                PartitionedRateLimiter.Create<string, string>(address => address == PeerAddress.Local ? RateLimitPartition.GetNoLimiter(address) : Limit(address, each)), together);
    }

    private static RateLimitPartition<string> Limit(string key, int most) =>
        RateLimitPartition.GetConcurrencyLimiter(key, _ => new ConcurrencyLimiterOptions { PermitLimit = most });

    private void Tell(string address, string what)
    {
        lock (_telling)
        {
            if (_refused.Failed(out int leftOut))
            {
                Refused(address, what, leftOut);
            }
        }
    }

    [LoggerMessage(150, LogLevel.Warning, "refused {Address}, or others at the same time: too many {What} are open (Listen:Max...); {LeftOut} more refusals had no line")]
    private partial void Refused(string address, string what, int leftOut);
}
