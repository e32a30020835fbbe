using System.Threading.RateLimiting;
using Cvdvae.Gateway.Requests;
using Cvdvae.ServiceDefaults.Errors;
using Grpc.Core;

namespace Cvdvae.Gateway.Security;

/// <summary>What callers have used of their quotas at this gateway.</summary>
internal sealed class CallerQuotas(TimeProvider time) : IDisposable
{
    private const double UnitPixels = 64 * 64;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    // A caller with another quota, after its key was changed, begins anew. Made for the first caller that has one: it looks after its callers ten times a second.
    private readonly Lazy<PartitionedRateLimiter<Caller>> _calls = new(() => PartitionedRateLimiter.Create<Caller, Caller>(
        caller => RateLimitPartition.GetConcurrencyLimiter(caller, _ => new ConcurrencyLimiterOptions { PermitLimit = caller.Quota.MaxConcurrentCalls })));

    private readonly TokenBuckets<Caller> _requests = new(time);
    private readonly TokenBuckets<Caller> _cost = new(time);

    /// <summary>Cost of one sample.</summary>
    /// <param name="resolution">Its side in pixels.</param>
    public static int SampleCost(uint resolution) => (int)Math.Max(1, Math.Ceiling((double)resolution * resolution / UnitPixels));

    /// <summary>Counts a call in; what is returned counts it out, where there is something to count.</summary>
    /// <exception cref="RpcException">RESOURCE_EXHAUSTED.</exception>
    public IDisposable? Enter(Caller caller)
    {
        RateLimitLease? call = caller.Quota.MaxConcurrentCalls == 0 ? null : _calls.Value.AttemptAcquire(caller);
        if (call is { IsAcquired: false })
        {
            call.Dispose();
            throw RpcErrors.ResourceExhausted($"{caller.Quota.MaxConcurrentCalls} calls of this caller run already, which is its quota", RetryDelay);
        }

        QuotaOptions quota = caller.Quota;
        TimeSpan wait = quota.RequestsPerSecond == 0 ? TimeSpan.Zero : _requests.Take(caller, 1, quota.RequestsPerSecond, quota.RequestBurst);
        if (wait > TimeSpan.Zero)
        {
            call?.Dispose();
            throw RpcErrors.ResourceExhausted(FormattableString.Invariant($"this caller's quota of {quota.RequestsPerSecond} calls a second is used up; the next one may come in {Shown(wait)}"), wait);
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
                "sample_count", parameters.SampleCount, $"at most {quota.CostBurst / sample} samples of {parameters.EndResolution}x{parameters.EndResolution} pixels, by this caller's quota: {Price(parameters, sample)} and at most {quota.CostBurst} can be spent at once");
        }

        TimeSpan wait = _cost.Take(caller, (int)cost, quota.CostPerSecond, quota.CostBurst);
        if (wait > TimeSpan.Zero)
        {
            // What is missing comes back within the wait.
            double left = Math.Max(0, cost - wait.TotalSeconds * quota.CostPerSecond);
            throw RpcErrors.ResourceExhausted(
                FormattableString.Invariant(
                    $"this caller's quota of cost has {left:0.#} left of {quota.CostBurst}: {Price(parameters, sample)}; {quota.CostPerSecond} come back a second, enough for it in {Shown(wait)}"),
                wait);
        }
    }

    private static string Price(UpscaleParameters parameters, int sample) =>
        $"this call costs {(long)sample * parameters.SampleCount} ({parameters.SampleCount} samples of {parameters.EndResolution}x{parameters.EndResolution}, {sample} each)";

    // Rounded up: who comes then gets in.
    private static string Shown(TimeSpan wait) => wait.TotalSeconds < 60
        ? FormattableString.Invariant($"{Math.Ceiling(wait.TotalSeconds * 10) / 10:0.0} s")
        : wait.TotalDays < 1 ? $"{TimeSpan.FromSeconds(Math.Ceiling(wait.TotalSeconds)):hh\\:mm\\:ss}" : FormattableString.Invariant($"{Math.Ceiling(wait.TotalDays)} days");

    /// <summary>Gives back what <see cref="Charge"/> took for a call that nothing was done for.</summary>
    public void GiveBack(Caller caller, UpscaleParameters parameters)
    {
        if (caller.Quota.CostPerSecond > 0)
        {
            _cost.GiveBack(caller, SampleCost(parameters.EndResolution) * parameters.SampleCount, caller.Quota.CostPerSecond);
        }
    }

    public void Dispose()
    {
        if (_calls.IsValueCreated)
        {
            _calls.Value.Dispose();
        }
    }
}
