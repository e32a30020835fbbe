using System.Diagnostics;
using Cvdvae.EncoderHost.Batching;
using Cvdvae.EncoderHost.Encoding;
using Cvdvae.ModelHosting.Repository;
using Cvdvae.ServiceDefaults.Calls;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.ServiceDefaults.Tensors;
using Cvdvae.V1;
using Grpc.Core;

namespace Cvdvae.EncoderHost;

/// <summary>The encoder's API.</summary>
internal sealed class EncoderService : V1.EncoderService.EncoderServiceBase
{
    private readonly ModelRepository<EncoderModel> _models;
    private readonly EncodeQueue _queue;
    private readonly EncodeWorker _worker;
    private readonly EncoderMetrics _metrics;

    public EncoderService(ModelRepository<EncoderModel> models, EncodeQueue queue, EncodeWorker worker, EncoderMetrics metrics)
    {
        (_models, _queue, _worker, _metrics) = (models, queue, worker, metrics);
    }

    public override async Task Encode(EncodeRequest request, IServerStreamWriter<EncodeResponse> responseStream, ServerCallContext context)
    {
        EncodeJob job = Admit(request, context.CancellationToken);
        int pieceBytes = context.PieceBytes();
        await foreach (FeatureMap map in job.Maps.ReadAllAsync(context.CancellationToken).ConfigureAwait(false))
        {
            foreach (Tensor piece in TensorChunks.Split(map.Content, pieceBytes))
            {
                var response = new EncodeResponse { Resolution = (uint)map.Resolution, FeatureMap = piece };
                await responseStream.WriteAsync(response, context.CancellationToken).ConfigureAwait(false);
            }

            // What was written has been serialised.
            map.Content.Release();
        }
    }

    public override Task<GetEncoderStatusResponse> GetEncoderStatus(GetEncoderStatusRequest request, ServerCallContext context) =>
        Task.FromResult(new GetEncoderStatusResponse { Models = { _models.Models.Select(model => model.ToPin()) } });

    /// <summary>Checks a request and puts it in the queue.</summary>
    private EncodeJob Admit(EncodeRequest request, CancellationToken cancelled)
    {
        ModelLease<EncoderModel> lease = _models.Lease(request.Model);
        try
        {
            EncoderModel model = lease.Content;
            int scale = EncodeRequests.Scale(request, model);
            Activity.Current?.SetTag("cvdvae.model", lease.Identity.ToString()).SetTag("cvdvae.scale", scale);
            var job = new EncodeJob(lease)
            {
                Scale = scale,
                Levels = EncodeRequests.Levels(request, model.InputSize(scale)),
                FeatureType = EncodeRequests.FeatureType(request),
                Resolutions = EncodeRequests.Resolutions(request, model, scale),
                Cancelled = cancelled,
            };
            if (_queue.TryAdd(job))
            {
                return job;
            }
        }
        catch
        {
            lease.Dispose();
            throw;
        }

        lease.Dispose();
        _metrics.Refused();
        throw RpcErrors.ResourceExhausted("too many images wait for the encoder", 2 * _worker.LastForward);
    }
}
