using System.Diagnostics;
using Cvdvae.Gateway.Delivery;
using Cvdvae.Gateway.Requests;
using Cvdvae.Gateway.Routing;
using Cvdvae.Gateway.Security;
using Cvdvae.Gateway.Telemetry;
using Cvdvae.ServiceDefaults.Calls;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Cvdvae.Gateway.Upscaling;

/// <summary>The public API.</summary>
internal sealed partial class SuperResolutionApi(
    DecoderPool pool,
    DecodeRouter router,
    InputImageReader images,
    UpscaleSession session,
    CallerQuotas quotas,
    GatewayMetrics metrics,
    IOptions<GatewayOptions> options,
    TimeProvider time,
    ILogger<SuperResolutionApi> logger) : SuperResolutionService.SuperResolutionServiceBase
{
    private const string TooShort = "the deadline is too short: no decoder had begun before it";

    public override Task<ListModelsResponse> ListModels(ListModelsRequest request, ServerCallContext context)
    {
        GatewayOptions limits = options.Value;
        ModelCatalogue catalogue = pool.Catalogue;
        return Task.FromResult(new ListModelsResponse
        {
            Models = { catalogue.Models },
            DefaultModel = catalogue.DefaultModel(limits.DefaultModel),
            Limits = new ServerLimits
            {
                MaxSamples = (uint)limits.MaxSamples,
                MaxImageBytes = (uint)limits.MaxImageBytes,
                MaxImageSide = (uint)limits.MaxImageSide,
                MaxMessageBytes = (uint)limits.MaxMessageBytes,
                DeadlineMargin = Duration.FromTimeSpan(limits.DeadlineMargin),
                MaxWaitingPreviewBytes = (uint)limits.MaxWaitingPreviewBytes,
            },
        });
    }

    public override async Task Upscale(UpscaleRequest request, IServerStreamWriter<UpscaleResponse> responseStream, ServerCallContext context)
    {
        var clock = new CallClock(
            time,
            context.Deadline,
            options.Value.DeadlineMargin + (request.SampleCount * options.Value.DeadlineMarginPerSample),
            options.Value.MaxCallDuration);
        using var lifetime = new CallLifetime(clock, context.CancellationToken);
        metrics.Started();
        StatusCode outcome = StatusCode.Internal;
        RefusalReason? refusal = RefusalReason.Request;
        try
        {
            ModelInfo model = pool.Catalogue.Require(request.Model, options.Value.DefaultModel);
            UpscaleParameters parameters = RequestRules.Check(request, model, options.Value.MaxSamples);
            refusal = RefusalReason.Quota;
            quotas.Charge(context.Caller(), parameters);
            refusal = RefusalReason.Request;
            InputImage input = await images.ReadAsync(request, model, lifetime.Decoding);
            Activity.Current?.SetTag("cvdvae.model", $"{model.Name}@{model.Version}").SetTag("cvdvae.scale", (int)input.Scale.Scale)
                .SetTag("cvdvae.samples", parameters.SampleCount);
            var record = new RequestRecord(context.RequestId().Value, parameters, input, lifetime.Clock);
            lifetime.HasImages = () => record.HasImages;
            refusal = RefusalReason.Capacity;
            DecodeCall call = await OpenAsync(record, context.Caller(), lifetime.Decoding);
            refusal = null;
            Completed completed = await session.RunAsync(
                record, call, new PatientStream(responseStream, options.Value.ReaderPatience, time, context.GetHttpContext().Abort), lifetime);
            outcome = StatusCode.OK;
            Completed(record.Parameters.SampleCount, completed.ReachedResolution, completed.Reason, clock.Elapsed.TotalMilliseconds, Name(context));
        }
        catch (Exception exception) when (refusal is not null && lifetime.TimeIsUp && exception is RpcException or OperationCanceledException)
        {
            outcome = StatusCode.DeadlineExceeded;
            Ended(outcome, clock.Elapsed.TotalMilliseconds, Name(context), TooShort);
            throw new RpcException(new Grpc.Core.Status(outcome, TooShort));
        }
        catch (Exception exception)
        {
            outcome = Outcome(exception, context);
            Ended(outcome, clock.Elapsed.TotalMilliseconds, Name(context), exception is RpcException error ? RpcErrors.Shown(error.Status.Detail) : "");
            throw;
        }
        finally
        {
            metrics.Ended(outcome, refusal);
        }
    }

    private static StatusCode Outcome(Exception exception, ServerCallContext context) =>
        context.CancellationToken.IsCancellationRequested
            ? context.Deadline <= DateTime.UtcNow ? StatusCode.DeadlineExceeded : StatusCode.Cancelled
            : exception is RpcException error ? error.StatusCode : StatusCode.Internal;

    private async Task<DecodeCall> OpenAsync(RequestRecord record, Caller caller, CancellationToken stop)
    {
        try
        {
            return await router.OpenAsync(record, null, stop);
        }
        catch (RpcException refusal) when (refusal.StatusCode is StatusCode.ResourceExhausted or StatusCode.Unavailable)
        {
            // Who tries again, as such a refusal invites to, must not pay twice.
            quotas.GiveBack(caller, record.Parameters);
            throw;
        }
    }

    /// <summary>The caller as logs show it: subjects of tokens are what their issuers make of them.</summary>
    private static string Name(ServerCallContext context) => RpcErrors.Shown(context.Caller().Id);

    [LoggerMessage(320, LogLevel.Information, "{Samples} samples reached {Resolution} ({Reason}) in {Milliseconds:0} ms for {Caller}")]
    private partial void Completed(int samples, uint resolution, CompletionReason reason, double milliseconds, string caller);

    [LoggerMessage(321, LogLevel.Information, "a call ended as {Status} after {Milliseconds:0} ms for {Caller}: {Detail}")]
    private partial void Ended(StatusCode status, double milliseconds, string caller, string detail);
}
