using System.Diagnostics;
using Cvdvae.Gateway.Delivery;
using Cvdvae.Gateway.Requests;
using Cvdvae.Gateway.Routing;
using Cvdvae.Gateway.Telemetry;
using Cvdvae.Imaging;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.V1;
using Grpc.Core;

namespace Cvdvae.Gateway.Upscaling;

/// <summary>
/// Takes in what decoders say about a request as fast as they say it, and moves the request to another decoder when one is lost.
/// </summary>
internal sealed class DecodePump(RequestRecord record, DecodeRouter router, EventPublisher publisher, int maxFailovers, GatewayMetrics metrics)
{
    /// <summary>Runs until the request has ended at a decoder.</summary>
    /// <param name="call">The request at the first decoder.</param>
    /// <param name="lifetime">Ends it before.</param>
    /// <returns>Whether all samples are finished; else the time was up.</returns>
    /// <exception cref="RpcException">The decoder failed, or all that took over.</exception>
    /// <exception cref="InvalidDataException">The decoder broke the contract.</exception>
    public async Task<bool> RunAsync(DecodeCall call, CallLifetime lifetime)
    {
        int failovers = 0;
        try
        {
            while (!await ReadAsync(call, lifetime.Decoding))
            {
                metrics.FailedOver();
                if (++failovers > maxFailovers)
                {
                    throw RpcErrors.Unavailable($"the request lost its decoder {failovers} times");
                }

                call = await router.ReopenAsync(record, call.Replica, lifetime.Decoding);
            }
        }
        catch (Exception exception) when (exception is RpcException or OperationCanceledException && lifetime.TimeIsUp)
        {
            // What there is, is the result.
        }

        return record.IsFinished;
    }

    // False: the decoder was lost and there's more to do.
    private async Task<bool> ReadAsync(DecodeCall call, CancellationToken cancellationToken)
    {
        using Activity? span = ServiceDefaults.Observability.Telemetry.Source.StartActivity("decode");
        span?.SetTag("cvdvae.decoder", call.Replica.Address);
        using DecodeCall current = call;
        var frames = new FrameAssembler(record.Parameters.Model);
        bool completed = false;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, call.Replica.Silence);
        try
        {
            while (await call.Events.MoveNext(stop.Token))
            {
                call.Replica.Heard();
                completed |= Take(call.Replica, call.Events.Current, frames);
            }
        }
        catch (Exception error) when (IsLoss(error) && !cancellationToken.IsCancellationRequested)
        {
            span?.SetStatus(ActivityStatusCode.Error, error.Message);
        }

        return completed || record.IsFinished;
    }

    private static bool IsLoss(Exception error) => error is OperationCanceledException || (error is RpcException status && Refusal.IsLoss(status));

    private bool Take(DecoderReplica replica, DecodeResponse message, FrameAssembler frames)
    {
        switch (message.EventCase)
        {
            case DecodeResponse.EventOneofCase.GroupDecoded:
                publisher.Group(message.GroupDecoded);
                return false;
            case DecodeResponse.EventOneofCase.Frame:
                uint index = message.Frame.SampleIndex;
                SampleProgress sample = index < record.Samples.Count
                    ? record.Samples[(int)index]
                    : throw new InvalidDataException($"A decoder sent a frame of sample {index} of {record.Samples.Count}.");
                if (frames.Add(message.Frame) is RgbImage frame)
                {
                    publisher.Frame(sample, message.Frame.Resolution, frame);
                }

                return false;
            case DecodeResponse.EventOneofCase.Completed:
                replica.Report(message.Completed.Load);
                record.Spent(message.Completed);
                if (message.Completed.Reason != CompletionReason.Deadline && !record.IsFinished)
                {
                    throw new InvalidDataException($"A decoder ended as {message.Completed.Reason} before all samples were finished.");
                }

                return true;
            default:
                return false;
        }
    }
}
