using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.ServiceDefaults.Observability;
using Cvdvae.V1;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Cvdvae.Gateway.Routing;

/// <summary>Asks decoders for their state, again and again; sooner after a failure.</summary>
internal sealed partial class DecoderPoller(
    DecoderPool pool, IOptions<GatewayOptions> options, TimeProvider time, ILogger<DecoderPoller> logger)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks a decoder until that is cancelled.</summary>
    public async Task PollAsync(DecoderReplica replica, CancellationToken stoppingToken)
    {
        var fault = new RepeatedFault(time);
        TimeSpan retry = FirstRetry;
        while (!stoppingToken.IsCancellationRequested)
        {
            TimeSpan delay = options.Value.StatusInterval;
            try
            {
                GetDecoderStatusResponse status = await AskAsync(replica, stoppingToken);
                Tell(replica.Address, status, pool.Seen(replica, status), fault.Recovered());
                retry = FirstRetry;
            }
            catch (Exception exception) when (exception is RpcException or TimeoutException)
            {
                if (stoppingToken.IsCancellationRequested)
                {
                    return;
                }

                // Silence may be a busy machine, this one too: what the decoder said last still counts for a while.
                if (exception is RpcException || replica.Doubt() > options.Value.StatusRetain)
                {
                    pool.Lost(replica);
                }
                else if (replica.IsSilent(options.Value.StatusTimeout) && pool.HasOther(replica))
                {
                    await replica.GiveUpAsync();
                }

                Tell(replica.Address, exception is RpcException error ? RpcErrors.Reason(error) : "no answer in time", fault);

                delay = retry < delay ? retry : delay;
                retry = 2 * delay;
            }

            await replica.WaitAsync(delay, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Tell(string address, GetDecoderStatusResponse status, bool isNew, bool wasSilent)
    {
        if (isNew && status.Models.Count == 0)
        {
            HasNothing(address);
        }
        else if (isNew)
        {
            Serves(address, string.Join(", ", status.Models.Select(model => $"{model.Info.Name}@{model.Info.Version}")), status.Precision);
        }
        else if (wasSilent)
        {
            AnswersAgain(address);
        }
    }

    private void Tell(string address, string reason, RepeatedFault fault)
    {
        bool isFirst = !fault.Lasts;
        if (!fault.Failed(out int leftOut))
        {
            return;
        }

        if (isFirst)
        {
            Unreachable(address, reason);
        }
        else
        {
            StillUnreachable(address, fault.Duration.TotalSeconds, reason, leftOut);
        }
    }

    private async Task<GetDecoderStatusResponse> AskAsync(DecoderReplica replica, CancellationToken stoppingToken)
    {
        using var timeout = new CancellationTokenSource(options.Value.StatusTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stoppingToken);
        try
        {
            return await replica.Client.GetDecoderStatusAsync(new GetDecoderStatusRequest(), cancellationToken: either.Token);
        }
        catch (RpcException) when (timeout.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }

    [LoggerMessage(300, LogLevel.Information, "decoder {Address} serves {Models} in {Precision}")]
    private partial void Serves(string address, string models, string precision);

    [LoggerMessage(301, LogLevel.Warning, "decoder {Address} can't be reached: {Reason}")]
    private partial void Unreachable(string address, string reason);

    [LoggerMessage(305, LogLevel.Warning, "decoder {Address} can't be reached for {Seconds:0} s: {Reason}; {LeftOut} more attempts had no line")]
    private partial void StillUnreachable(string address, double seconds, string reason, int leftOut);

    [LoggerMessage(306, LogLevel.Information, "decoder {Address} answers again")]
    private partial void AnswersAgain(string address);

    [LoggerMessage(307, LogLevel.Information, "decoder {Address} answers and serves no model yet: it loads one, or waits for its encoder or next stage")]
    private partial void HasNothing(string address);
}
