using Cvdvae.ServiceDefaults.Errors;
using Microsoft.Extensions.Options;

namespace Cvdvae.Gateway.Upscaling;

/// <summary>How many calls run at once, from before their message is read.</summary>
internal sealed class CallLimit(IOptions<GatewayOptions> options)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private int _running;

    /// <summary>Counts a call in; it must leave.</summary>
    /// <exception cref="Grpc.Core.RpcException">RESOURCE_EXHAUSTED: there are too many.</exception>
    public void Enter()
    {
        if (Interlocked.Increment(ref _running) > options.Value.MaxConcurrentCalls)
        {
            Leave();
            throw RpcErrors.ResourceExhausted($"{options.Value.MaxConcurrentCalls} calls run already; try again in a moment", RetryDelay);
        }
    }

    /// <summary>Counts a call out.</summary>
    public void Leave() => Interlocked.Decrement(ref _running);
}
