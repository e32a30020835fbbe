using Cvdvae.Gateway.Telemetry;
using Cvdvae.Gateway.Upscaling;
using Cvdvae.ServiceDefaults.Calls;
using Cvdvae.ServiceDefaults.Errors;
using Grpc.Core;

namespace Cvdvae.Gateway.Security;

/// <summary>Lets calls in, or refuses them by their metadata alone: what a stranger sends is not even read.</summary>
internal sealed partial class CallerGate(
    RequestDelegate next, CallerAuthentication authentication, CallerQuotas quotas, CallLimit limit, GatewayMetrics metrics, ILogger<CallerGate> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<NeedsCaller>() is null)
        {
            await next(context);
            return;
        }

        Caller? caller = null;
        RefusalReason reason = RefusalReason.Credentials;
        IDisposable? entry = null;
        try
        {
            caller = await authentication.AuthenticateAsync(context);
            reason = RefusalReason.Quota;
            entry = quotas.Enter(caller);
            try
            {
                reason = RefusalReason.Capacity;
                limit.Enter();
            }
            catch
            {
                entry?.Dispose();
                throw;
            }
        }
        catch (RpcException refusal)
        {
            RequestId id = RequestId.TryParse(context.Request.Headers[RequestId.Header].ToString(), out RequestId given) ? given : RequestId.New();
            metrics.TurnedAway(refusal.StatusCode, reason);
            Refused(caller is null ? PeerAddress.Of(context.Connection.RemoteIpAddress) : RpcErrors.Shown(caller.Id), refusal.Status.Detail, id.Value);
            context.Response.Headers[RequestId.Header] = id.Value;
            RefusedCall.Answer(context.Response, refusal);
            return;
        }

        using (entry)
        {
            try
            {
                context.Features.Set(caller);
                await next(context);
            }
            finally
            {
                limit.Leave();
            }
        }
    }

    [LoggerMessage(330, LogLevel.Information, "refused a call of {Caller}: {Reason} request_id={RequestId}")]
    private partial void Refused(string caller, string reason, string requestId);
}
