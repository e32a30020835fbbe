using System.Diagnostics.Metrics;
using Cvdvae.V1;
using Grpc.Core;

namespace Cvdvae.Gateway.Telemetry;

/// <summary>What the gateway measures.</summary>
internal sealed class GatewayMetrics
{
    private readonly UpDownCounter<long> _running;
    private readonly Counter<long> _calls;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _cancelled;
    private readonly Counter<long> _turnedAway;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _failovers;
    private readonly Histogram<double> _firstPreview;
    private readonly Histogram<double> _resolution;
    private readonly Histogram<double> _total;

    public GatewayMetrics(IMeterFactory meters)
    {
        Meter meter = meters.Create(ServiceDefaults.Observability.Telemetry.Name);
        _running = meter.CreateUpDownCounter<long>("cvdvae.gateway.calls.running", "{call}", "Upscale calls that run.");
        _calls = meter.CreateCounter<long>("cvdvae.gateway.calls", "{call}", "Upscale calls that ended, by status.");
        _refused = meter.CreateCounter<long>("cvdvae.gateway.calls.refused", "{call}", "Upscale calls that were refused, by status and reason.");
        _cancelled = meter.CreateCounter<long>("cvdvae.gateway.calls.cancelled", "{call}", "Upscale calls that their client gave up.");
        _turnedAway = meter.CreateCounter<long>(
            "cvdvae.gateway.callers.refused", "{call}", "Calls that were refused by their metadata, by status and reason.");
        _bytes = meter.CreateCounter<long>("cvdvae.gateway.delivered", "By", "Bytes of events that were sent, by kind.");
        _dropped = meter.CreateCounter<long>("cvdvae.gateway.previews.dropped", "{preview}", "Previews that gave way to newer ones.");
        _failovers = meter.CreateCounter<long>("cvdvae.gateway.failovers", "{failover}", "Times that a running request lost its decoder.");
        _firstPreview = meter.CreateHistogram<double>("cvdvae.gateway.first_preview.time", "s", "From arrival until the first preview left.");
        _resolution = meter.CreateHistogram<double>("cvdvae.gateway.resolution.time", "s", "From arrival until all samples had reached a resolution.");
        _total = meter.CreateHistogram<double>("cvdvae.gateway.total.time", "s", "From arrival until the last result left.");
    }

    public void Started() => _running.Add(1);

    /// <summary>A call has ended.</summary>
    /// <param name="status">With what.</param>
    /// <param name="refusal">Why it was refused if it failed; null: a decoder had admitted it.</param>
    public void Ended(StatusCode status, RefusalReason? refusal)
    {
        _running.Add(-1);
        _calls.Add(1, Tag(status));
        if (status is StatusCode.Cancelled)
        {
            _cancelled.Add(1);
        }
        else if (status is not StatusCode.OK && refusal is { } reason)
        {
            _refused.Add(1, Tag(status), Tag(reason));
        }
    }

    public void TurnedAway(StatusCode status, RefusalReason reason) => _turnedAway.Add(1, Tag(status), Tag(reason));

    public void Delivered(UpscaleResponse.EventOneofCase kind, long bytes) =>
        _bytes.Add(bytes, new KeyValuePair<string, object?>("event", kind.ToString()));

    public void Dropped(int previews)
    {
        if (previews > 0)
        {
            _dropped.Add(previews);
        }
    }

    public void FailedOver() => _failovers.Add(1);

    public void FirstPreview(TimeSpan elapsed) => _firstPreview.Record(elapsed.TotalSeconds);

    public void Reached(uint resolution, TimeSpan elapsed) =>
        _resolution.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("resolution", (int)resolution));

    public void Finished(TimeSpan total) => _total.Record(total.TotalSeconds);

    private static KeyValuePair<string, object?> Tag(StatusCode status) => new("status", status.ToString());

    private static KeyValuePair<string, object?> Tag(RefusalReason reason) => new("reason", reason switch
    {
        RefusalReason.Credentials => "credentials",
        RefusalReason.Quota => "quota",
        RefusalReason.Request => "request",
        _ => "capacity",
    });
}
