using Cvdvae.Gateway.Requests;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.V1;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Cvdvae.Gateway.Routing;

/// <summary>Finds a decoder for a request: the one with least to do, one other when that refuses.</summary>
internal sealed partial class DecodeRouter(
    DecoderPool pool, IOptions<GatewayOptions> options, TimeProvider time, ILogger<DecodeRouter> logger)
{
    private const int MaxTries = 2;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    /// <summary>Hands a request to a decoder.</summary>
    /// <param name="record">The request.</param>
    /// <param name="except">A decoder to try only when there's no other; null: none.</param>
    /// <param name="cancellationToken">Cancels the request, now and while it runs.</param>
    /// <exception cref="RpcException">RESOURCE_EXHAUSTED with RetryInfo, or UNAVAILABLE, when those that were tried refused.</exception>
    public async Task<DecodeCall> OpenAsync(RequestRecord record, DecoderReplica? except, CancellationToken cancellationToken)
    {
        List<DecoderReplica> tried = except is null ? [] : [except];
        List<RpcException> refusals = [];
        while (refusals.Count < MaxTries)
        {
            DecoderReplica? replica = pool.Choose(record.Target, tried);
            if (replica is null && except is not null && refusals.Count == 0 && except.Find(record.Target) is not null)
            {
                replica = except;
            }

            if (replica is null)
            {
                break;
            }

            tried.Add(replica);
            try
            {
                using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, replica.Silence);
                using ITimer timer = time.CreateTimer(
                    static state => ((CancellationTokenSource)state!).Cancel(), timeout, options.Value.AcceptTimeout, Timeout.InfiniteTimeSpan);
                return await DecodeCall.StartAsync(replica, record, timeout, cancellationToken);
            }
            catch (RpcException refusal) when (Refusal.IsRefusal(refusal) && !cancellationToken.IsCancellationRequested)
            {
                Refused(replica.Address, refusal.StatusCode, refusal.Status.Detail);
                refusals.Add(refusal);
                Learn(replica, refusal);
            }
        }

        throw Refusal.ToClient(refusals);
    }

    /// <summary>Finds another decoder for a request whose decoder was lost; waits a while for one to come.</summary>
    /// <param name="record">The request.</param>
    /// <param name="lost">The decoder that was lost.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="RpcException">As for <see cref="OpenAsync"/>, after the time for it.</exception>
    public async Task<DecodeCall> ReopenAsync(RequestRecord record, DecoderReplica lost, CancellationToken cancellationToken)
    {
        long since = time.GetTimestamp();
        Forget(lost);
        while (true)
        {
            Task changed = pool.Changed;
            try
            {
                DecodeCall call = await OpenAsync(record, lost, cancellationToken);
                MovedOn(lost.Address, call.Replica.Address, record.Samples.Count(sample => !sample.IsFinished));
                return call;
            }
            catch (RpcException refusal) when (refusal.StatusCode is StatusCode.Unavailable or StatusCode.ResourceExhausted
                && time.GetElapsedTime(since) < options.Value.FailoverTimeout && !cancellationToken.IsCancellationRequested)
            {
                TimeSpan pause = RpcErrors.RetryDelay(refusal) is TimeSpan delay && delay < LongestPause ? delay : LongestPause;
                await Task.WhenAny(changed, Task.Delay(pause, time, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private void Learn(DecoderReplica replica, RpcException refusal)
    {
        replica.Report(RpcErrors.Detail<DecoderLoad>(refusal));
        if (Refusal.IsLoss(refusal))
        {
            Forget(replica);
        }
        else if (refusal.StatusCode != StatusCode.ResourceExhausted)
        {
            replica.Wake();
        }
    }

    // It counts again once it has answered.
    private void Forget(DecoderReplica replica)
    {
        pool.Lost(replica);
        replica.Wake();
    }

    [LoggerMessage(310, LogLevel.Information, "decoder {Address} refused: {Code} {Detail}")]
    private partial void Refused(string address, StatusCode code, string detail);

    [LoggerMessage(311, LogLevel.Warning, "decoder {Lost} was lost; {Samples} samples go on at {Address}")]
    private partial void MovedOn(string lost, string address, int samples);
}
