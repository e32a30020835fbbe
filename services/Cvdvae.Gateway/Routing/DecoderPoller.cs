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
        // Failures are told once, and again after each success.
        bool told = false;
        TimeSpan retry = FirstRetry;
        while (!stoppingToken.IsCancellationRequested)
        {
            TimeSpan delay = options.Value.StatusInterval;
            try
            {
                GetDecoderStatusResponse status = await AskAsync(replica, stoppingToken);
                if (pool.Seen(replica, status))
                {
                    Serves(replica.Address, string.Join(", ", status.Models.Select(model => $"{model.Info.Name}@{model.Info.Version}")), status.Precision);
                }

                (told, retry) = (false, FirstRetry);
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

                if (!told)
                {
                    told = true;
                    Unreachable(replica.Address, exception is RpcException { Status.Detail: var detail } ? detail : "no answer in time");
                }

                delay = retry < delay ? retry : delay;
                retry = 2 * delay;
            }

            await replica.WaitAsync(delay, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
}
