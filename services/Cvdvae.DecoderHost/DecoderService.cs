using Cvdvae.DecoderHost.Calls;
using Cvdvae.DecoderHost.HandOver;
using Cvdvae.DecoderHost.Models;
using Cvdvae.DecoderHost.Neighbours;
using Cvdvae.Model.Sampling;
using Cvdvae.ModelHosting.Repository;
using Cvdvae.Scheduling;
using Cvdvae.ServiceDefaults.Calls;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.ServiceDefaults.Tensors;
using Cvdvae.V1;
using Grpc.Core;

namespace Cvdvae.DecoderHost;

/// <summary>The decoder's API.</summary>
internal sealed class DecoderService : V1.DecoderService.DecoderServiceBase
{
    private readonly DecoderStage _stage;
    private readonly ModelRepository<LoadedDecoder> _models;
    private readonly FeatureSource _features;
    private readonly StatusReport _status;

    public DecoderService(DecoderStage stage, ModelRepository<LoadedDecoder> models, FeatureSource features, StatusReport status)
    {
        (_stage, _models, _features, _status) = (stage, models, features, status);
    }

    public override async Task Decode(DecodeRequest request, IServerStreamWriter<DecodeResponse> responseStream, ServerCallContext context)
    {
        StageCall call = Admit(request, context, isFirst: true);
        await using (call.ConfigureAwait(false))
        {
            await call.RunAsync(Pull, (message, cancellation) => responseStream.WriteAsync((DecodeResponse)message, cancellation)).ConfigureAwait(false);
        }
    }

    public override async Task Continue(
        IAsyncStreamReader<ContinueRequest> requestStream, IServerStreamWriter<ContinueResponse> responseStream, ServerCallContext context)
    {
        if (!await requestStream.MoveNext(context.CancellationToken).ConfigureAwait(false) || requestStream.Current.PartCase != ContinueRequest.PartOneofCase.Request)
        {
            throw RpcErrors.InvalidArgument("part", "something else", "request as the first");
        }

        StageCall call = Admit(requestStream.Current.Request, context, isFirst: false);
        await using (call.ConfigureAwait(false))
        {
            long bytes = FeatureShape.Bytes(call.Model.Stage.GroupBefore);
            using var credit = new HandOverCredit(_stage.Room, bytes);
            call.Run.OnRowsDone = credit.Return;
            await call.RunAsync(
                source => ReceiveAsync(source, credit, requestStream),
                (message, cancellation) => responseStream.WriteAsync(
                    message is Credit room ? new ContinueResponse { Credit = room } : new ContinueResponse { Event = (DecodeResponse)message },
                    cancellation)).ConfigureAwait(false);
        }
    }

    public override Task<GetDecoderStatusResponse> GetDecoderStatus(GetDecoderStatusRequest request, ServerCallContext context) =>
        Task.FromResult(_status.Current());

    private static void RequireStage(LoadedDecoder model, bool isFirst)
    {
        if (model.Stage.IsFirst != isFirst)
        {
            throw RpcErrors.FailedPrecondition(
                $"this is {(isFirst ? "a later" : "the first")} stage of the model, with the resolutions {string.Join(", ", model.Stage.Resolutions)}; {(isFirst ? "Decode" : "Continue")} is for {(isFirst ? "the first" : "the later ones")}");
        }
    }

    private static void RequireImage(DecodeRequest request, LoadedDecoder model, bool isFirst)
    {
        if (!isFirst)
        {
            return;
        }

        uint side = (uint)model.Prior.Hyperparameters.ImageSize / request.Scale;
        uint[] shape = [side, side, 3];
        if (request.Image is not { Type: TensorType.Uint8 } image)
        {
            throw RpcErrors.InvalidArgument("image.type", request.Image?.Type ?? TensorType.Unspecified, "TENSOR_TYPE_UINT8");
        }

        if (!image.Shape.SequenceEqual(shape))
        {
            throw RpcErrors.InvalidArgument("image.shape", TensorLayout.Text(image.Shape), TensorLayout.Text(shape));
        }

        _ = TensorAssembler.Whole("image", image, checked((int)(side * side * 3)));
    }

    /// <summary>Checks a request and admits it.</summary>
    private StageCall Admit(DecodeRequest request, ServerCallContext context, bool isFirst)
    {
        if (request.Precision.Length > 0 && request.Precision != _stage.Precision)
        {
            throw RpcErrors.FailedPrecondition($"precision: '{RpcErrors.Shown(request.Precision)}' is not run here; this decoder runs {_stage.Precision}");
        }

        if (request.NoiseVersion != PhiloxNoise.Version)
        {
            throw RpcErrors.FailedPrecondition($"noise_version: {request.NoiseVersion} is not made here; this decoder makes {PhiloxNoise.Version}");
        }

        ModelLease<LoadedDecoder> lease = _models.Lease(request.Model);
        DecodeParameters parameters;
        try
        {
            RequireStage(lease.Content, isFirst);
            parameters = DecodeValidation.Check(request, context.RequestId().Value, lease.Content, _stage.MaxSamples, _stage.Time);
            RequireImage(request, lease.Content, isFirst);
        }
        catch
        {
            lease.Dispose();
            throw;
        }

        return StageAdmission.Admit(_stage, lease, parameters, context.CancellationToken);
    }

    private async Task Pull(StageCall call)
    {
        long start = _stage.Time.GetTimestamp();
        await _features.PullAsync(call.Model, call.Parameters, Receiver(call), call.Run.Pacing, call.Stopped).ConfigureAwait(false);
        _stage.Metrics.FeaturesPulled(_stage.Time.GetElapsedTime(start));
    }

    private async Task ReceiveAsync(StageCall call, HandOverCredit credit, IAsyncStreamReader<ContinueRequest> requests)
    {
        MapReceiver maps = Receiver(call);
        if (maps.IsComplete)
        {
            call.Limits.Refresh();
        }

        var previous = new PreviousStage(call, call.Model, maps, () => credit.Granted, positions =>
        {
            StageRow[] rows = [.. positions.Select(position => call.Run.Request.Rows[position])];
            _stage.Scheduler.Drop(rows);
            credit.Return(rows.Length);
        });
        Task granting = credit.GrantAsync(call.Run.Samples.Count, room => call.Outbox.Add(new Credit { Samples = room }), call.Stopped);
        await previous.ReceiveAsync(requests).ConfigureAwait(false);
        await granting.ConfigureAwait(false);
    }

    private static MapReceiver Receiver(StageCall call) => new(
        call.Model,
        call.Parameters,
        (resolution, map) =>
        {
            call.Run.Context.Add(map);
            call.Limits.MapArrived(resolution);
        },
        call.Next is { } next ? next.Send : null);
}
