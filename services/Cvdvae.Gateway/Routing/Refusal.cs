using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.V1;
using Grpc.Core;

namespace Cvdvae.Gateway.Routing;

/// <summary>What to make of a decoder's errors.</summary>
internal static class Refusal
{
    private static readonly TimeSpan DefaultDelay = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Whether an error before the admission means that another decoder may still take the request: overloaded, out of reach, or another
    /// content, precision or noise version than it last reported.
    /// </summary>
    public static bool IsRefusal(RpcException error) =>
        error.StatusCode is StatusCode.ResourceExhausted or StatusCode.FailedPrecondition or StatusCode.NotFound || IsLoss(error);

    /// <summary>Whether an error means that the decoder or the way to it is gone, rather than that it found something wrong.</summary>
    public static bool IsLoss(RpcException error) =>
        error.StatusCode is StatusCode.Unavailable or StatusCode.Cancelled
        || (error.StatusCode == StatusCode.Internal && error.Status.DebugException is not null);

    /// <summary>What the client is told after all decoders that were tried have refused.</summary>
    public static RpcException ToClient(IReadOnlyList<RpcException> refusals)
    {
        List<RpcException> overloads = [.. refusals.Where(refusal => refusal.StatusCode == StatusCode.ResourceExhausted)];
        if (overloads.Count == 0)
        {
            return RpcErrors.Unavailable("no decoder can take the request at the moment; try again");
        }

        RpcException soonest = overloads.MinBy(overload => RpcErrors.RetryDelay(overload) ?? DefaultDelay)!;
        TimeSpan delay = RpcErrors.RetryDelay(soonest) ?? DefaultDelay;
        return RpcErrors.Detail<DecoderLoad>(soonest) is { } load
            ? RpcErrors.ResourceExhausted(soonest.Status.Detail, delay, load)
            : RpcErrors.ResourceExhausted(soonest.Status.Detail, delay);
    }
}
