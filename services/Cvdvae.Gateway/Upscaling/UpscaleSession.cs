using Cvdvae.Gateway.Delivery;
using Cvdvae.Gateway.Requests;
using Cvdvae.Gateway.Routing;
using Cvdvae.Gateway.Telemetry;
using Cvdvae.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Cvdvae.Gateway.Upscaling;

/// <summary>Runs checked requests: from their admission by a decoder to the last event.</summary>
internal sealed class UpscaleSession(DecodeRouter router, ImageWorkers workers, IOptions<GatewayOptions> options, GatewayMetrics metrics)
{
    /// <summary>Runs a request.</summary>
    /// <param name="record">The request.</param>
    /// <param name="call">The request at the decoder that admitted it.</param>
    /// <param name="stream">Takes the events.</param>
    /// <param name="lifetime">Ends it before.</param>
    /// <exception cref="RpcException">DEADLINE_EXCEEDED: nothing was finished in time. Or the decoder's error, after what was finished before it.</exception>
    public async Task<Completed> RunAsync(
        RequestRecord record, DecodeCall call, IServerStreamWriter<UpscaleResponse> stream, CallLifetime lifetime)
    {
        var outbox = new Outbox(options.Value.MaxWaitingPreviewBytes);
        var publisher = new EventPublisher(record, outbox, workers, metrics);
        var sender = new EventSender(outbox, stream, record.Clock, metrics);
        publisher.Started();
        Task<CompletionReason> decoding = DecodeAsync(record, call, publisher, outbox, lifetime);
        try
        {
            await sender.RunAsync(lifetime.Client);
        }
        catch
        {
            await lifetime.StopDecodingAsync();
            await ((Task)decoding).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        finally
        {
            metrics.Dropped(outbox.Dropped);
        }

        var completed = new Completed { Reason = await decoding, ReachedResolution = record.ReachedResolution, Timings = Timings(record, sender) };
        metrics.Finished(sender.LastResult);
        await stream.WriteAsync(new UpscaleResponse { Completed = completed }, lifetime.Client);
        return completed;
    }

    private async Task<CompletionReason> DecodeAsync(
        RequestRecord record, DecodeCall call, EventPublisher publisher, Outbox outbox, CallLifetime lifetime)
    {
        try
        {
            var pump = new DecodePump(record, router, publisher, options.Value.MaxFailovers, metrics);
            if (await pump.RunAsync(call, lifetime))
            {
                return record.Parameters.StopsEarly ? CompletionReason.StoppedAtResolution : CompletionReason.Finished;
            }

            if (!record.HasImages)
            {
                throw new RpcException(new Grpc.Core.Status(StatusCode.DeadlineExceeded, "no sample had reached a resolution before the deadline"));
            }

            publisher.FinishAll();
            return CompletionReason.Deadline;
        }
        finally
        {
            outbox.Complete();
        }
    }

    private static Timings Timings(RequestRecord record, EventSender sender)
    {
        var timings = new Timings
        {
            FirstPreview = sender.FirstPreview is TimeSpan first ? Duration.FromTimeSpan(first) : null,
            Total = Duration.FromTimeSpan(sender.LastResult),
            Queued = Duration.FromTimeSpan(record.Queued),
            Device = Duration.FromTimeSpan(record.Device),
        };
        timings.Resolutions.AddRange(record.Timings);
        return timings;
    }
}
