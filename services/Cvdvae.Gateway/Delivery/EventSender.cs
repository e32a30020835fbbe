using Cvdvae.Gateway.Requests;
using Cvdvae.Gateway.Telemetry;
using Cvdvae.V1;
using Grpc.Core;

namespace Cvdvae.Gateway.Delivery;

/// <summary>Writes the events of a call as fast as its reader takes them.</summary>
internal sealed class EventSender(Outbox outbox, IServerStreamWriter<UpscaleResponse> stream, CallClock clock, GatewayMetrics metrics)
{
    /// <summary>When the first preview had left; null: none has.</summary>
    public TimeSpan? FirstPreview { get; private set; }

    /// <summary>When the last result had left.</summary>
    public TimeSpan LastResult { get; private set; }

    /// <summary>Writes all that waits and comes, until the outbox is complete.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (await outbox.NextAsync(cancellationToken) is { Message: { } message } item)
        {
            await stream.WriteAsync(message, cancellationToken);
            outbox.Sent(item);
            Note(message, item.Bytes);
        }
    }

    private void Note(UpscaleResponse message, long bytes)
    {
        metrics.Delivered(message.EventCase, bytes);
        if (message.EventCase == UpscaleResponse.EventOneofCase.Preview && FirstPreview is null)
        {
            FirstPreview = clock.Elapsed;
            metrics.FirstPreview(FirstPreview.Value);
        }
        else if (message.EventCase == UpscaleResponse.EventOneofCase.Result)
        {
            LastResult = clock.Elapsed;
        }
    }
}
