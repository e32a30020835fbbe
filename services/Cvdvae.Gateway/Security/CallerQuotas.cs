using System.Threading.RateLimiting;
using Cvdvae.Gateway.Requests;
using Cvdvae.ServiceDefaults.Errors;
using Grpc.Core;

namespace Cvdvae.Gateway.Security;

/// <summary>What callers have used of their quotas at this gateway.</summary>
internal sealed class CallerQuotas : IDisposable
{
    private const double UnitPixels = 64 * 64;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    // Limiters get their tokens ten times a second.
    private static readonly TimeSpan Replenishment = TimeSpan.FromMilliseconds(100);

    // A caller with another quota, after its key was changed, begins anew.
    private readonly PartitionedRateLimiter<Caller> _calls = PartitionedRateLimiter.Create<Caller, Caller>(caller => caller.Quota.MaxConcurrentCalls == 0
        ? RateLimitPartition.GetNoLimiter(caller)
        : RateLimitPartition.GetConcurrencyLimiter(caller, _ => new ConcurrencyLimiterOptions { PermitLimit = caller.Quota.MaxConcurrentCalls }));

    private readonly PartitionedRateLimiter<Caller> _requests =
        PartitionedRateLimiter.Create<Caller, Caller>(caller => Bucket(caller, caller.Quota.RequestsPerSecond, caller.Quota.RequestBurst));

    private readonly PartitionedRateLimiter<Caller> _cost =
        PartitionedRateLimiter.Create<Caller, Caller>(caller => Bucket(caller, caller.Quota.CostPerSecond, caller.Quota.CostBurst));

    /// <summary>Cost of one sample.</summary>
    /// <param name="resolution">Its side in pixels.</param>
    public static int SampleCost(uint resolution) => (int)Math.Max(1, Math.Ceiling((double)resolution * resolution / UnitPixels));

    /// <summary>Counts a call in; what is returned counts it out.</summary>
    /// <exception cref="RpcException">RESOURCE_EXHAUSTED.</exception>
    public IDisposable Enter(Caller caller)
    {
        RateLimitLease call = _calls.AttemptAcquire(caller);
        if (!call.IsAcquired)
        {
            call.Dispose();
            throw RpcErrors.ResourceExhausted($"{caller.Quota.MaxConcurrentCalls} calls of this caller run already, which is its quota", RetryDelay);
        }

        using RateLimitLease request = _requests.AttemptAcquire(caller);
        if (!request.IsAcquired)
        {
            call.Dispose();
            throw Exhausted(FormattableString.Invariant($"this caller's quota of {caller.Quota.RequestsPerSecond} calls a second is used up"), request);
        }

        return call;
    }

    /// <summary>Takes the cost of a call from its caller's quota.</summary>
    /// <exception cref="RpcException">RESOURCE_EXHAUSTED; INVALID_ARGUMENT: it would be too much at any time.</exception>
    public void Charge(Caller caller, UpscaleParameters parameters)
    {
        QuotaOptions quota = caller.Quota;
        if (quota.CostPerSecond == 0)
        {
            return;
        }

        int sample = SampleCost(parameters.EndResolution);
        if (sample > quota.CostBurst)
        {
            throw RpcErrors.InvalidArgument(
                "stop_at_resolution", parameters.EndResolution, $"resolutions whose samples cost at most {quota.CostBurst}, this caller's quota; one of {parameters.EndResolution} costs {sample}");
        }

        long cost = (long)sample * parameters.SampleCount;
        if (cost > quota.CostBurst)
        {
            throw RpcErrors.InvalidArgument(
                "sample_count", parameters.SampleCount, $"at most {quota.CostBurst / sample} samples of {parameters.EndResolution}x{parameters.EndResolution} pixels, by this caller's quota");
        }

        using RateLimitLease lease = _cost.AttemptAcquire(caller, (int)cost);
        if (!lease.IsAcquired)
        {
            throw Exhausted(FormattableString.Invariant($"this caller's quota of {quota.CostPerSecond} samples a second is used up; this call costs {cost}"), lease);
        }
    }

    public void Dispose()
    {
        _calls.Dispose();
        _requests.Dispose();
        _cost.Dispose();
    }

    private static RateLimitPartition<Caller> Bucket(Caller caller, double perSecond, int burst) => perSecond == 0
        ? RateLimitPartition.GetNoLimiter(caller)
        : RateLimitPartition.GetTokenBucketLimiter(
            caller,
            _ => new TokenBucketRateLimiterOptions { TokenLimit = burst, TokensPerPeriod = 1, ReplenishmentPeriod = TimeSpan.FromSeconds(1 / perSecond) });

    private static RpcException Exhausted(string message, RateLimitLease lease) => RpcErrors.ResourceExhausted(
        message, (lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan delay) ? delay : RetryDelay) + Replenishment);
}
