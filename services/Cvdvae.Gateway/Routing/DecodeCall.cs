using Cvdvae.Gateway.Requests;
using Cvdvae.ServiceDefaults.Calls;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.V1;
using Grpc.Core;

namespace Cvdvae.Gateway.Routing;

/// <summary>A request that runs on a decoder. Disposing cancels it there.</summary>
internal sealed class DecodeCall : IDisposable
{
    private readonly AsyncServerStreamingCall<DecodeResponse> _call;

    private DecodeCall(DecoderReplica replica, AsyncServerStreamingCall<DecodeResponse> call) => (Replica, _call) = (replica, call);

    /// <summary>Where it runs.</summary>
    public DecoderReplica Replica { get; }

    /// <summary>What the decoder says after it has admitted the request.</summary>
    public IAsyncStreamReader<DecodeResponse> Events => _call.ResponseStream;

    /// <summary>Hands a request to a decoder and waits until it's admitted.</summary>
    /// <param name="replica">The decoder.</param>
    /// <param name="record">The request. It's bound to the decoder's arithmetic when that has admitted it.</param>
    /// <param name="timeout">Limits the wait.</param>
    /// <param name="cancellationToken">Cancels the request there, now and later.</param>
    /// <exception cref="RpcException">It's refused, or there was no answer: see <see cref="Refusal"/>.</exception>
    public static async Task<DecodeCall> StartAsync(
        DecoderReplica replica, RequestRecord record, CancellationTokenSource timeout, CancellationToken cancellationToken)
    {
        if (replica.Status is not { } status || replica.Find(record.Target) is not { } model)
        {
            throw RpcErrors.Unavailable("the decoder no longer serves the model");
        }

        DecodeRequest request = record.ToDecodeRequest(status.Precision, status.NoiseVersion);
        double seconds = model.SecondsPerSample * request.Samples.Count;
        replica.Expect(seconds);
        AsyncServerStreamingCall<DecodeResponse>? call = null;
        bool admitted = false;
        try
        {
            call = replica.Client.Decode(request, new Metadata { { RequestId.Header, record.Id } }, cancellationToken: cancellationToken);
            if (!await call.ResponseStream.MoveNext(timeout.Token) || call.ResponseStream.Current.Accepted is not { } accepted)
            {
                throw RpcErrors.Unavailable("the decoder broke off before it admitted the request");
            }

            replica.Report(accepted.Load);
            record.Pin(status.Precision, status.NoiseVersion);
            admitted = true;
            return new DecodeCall(replica, call);
        }
        catch (Exception exception) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested
            && exception is RpcException or OperationCanceledException)
        {
            throw RpcErrors.Unavailable("the decoder did not answer in time");
        }
        finally
        {
            replica.Settle(seconds);
            if (!admitted)
            {
                replica.Leave();
                call?.Dispose();
            }
        }
    }

    public void Dispose()
    {
        Replica.Leave();
        _call.Dispose();
    }
}
