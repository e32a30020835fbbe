using System.Diagnostics.Metrics;
using Cvdvae.ServiceDefaults.Observability;

namespace Cvdvae.EncoderHost.Batching;

/// <summary>Metrics of the encoder.</summary>
internal sealed class EncoderMetrics
{
    private readonly Histogram<int> _batch;
    private readonly Histogram<double> _forward;
    private readonly Histogram<double> _queue;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _cancelled;

    public EncoderMetrics(IMeterFactory meters, EncodeQueue queue)
    {
        Meter meter = meters.Create(Telemetry.Name);
        _batch = meter.CreateHistogram<int>("cvdvae.encoder.batch.images", "{image}", "Images in a batch");
        _forward = meter.CreateHistogram<double>("cvdvae.encoder.forward.duration", "s", "Time of a batch on the device");
        _queue = meter.CreateHistogram<double>("cvdvae.encoder.queue.time", "s", "Time that an image waited for the device");
        _refused = meter.CreateCounter<long>("cvdvae.encoder.refused", "{image}", "Images refused because too many waited");
        _cancelled = meter.CreateCounter<long>("cvdvae.encoder.cancelled", "{image}", "Images whose caller left before they ran");
        meter.CreateObservableGauge("cvdvae.encoder.waiting", () => queue.Count, "{image}", "Images that wait for the device");
        meter.CreateObservableGauge("cvdvae.encoder.backlog", () => queue.Backlog.TotalSeconds, "s", "Device time of the images that wait or run");
    }

    public void Ran(int images, TimeSpan forward)
    {
        _batch.Record(images);
        _forward.Record(forward.TotalSeconds);
    }

    public void Waited(TimeSpan time) => _queue.Record(time.TotalSeconds);

    public void Refused() => _refused.Add(1);

    public void Cancelled() => _cancelled.Add(1);
}
