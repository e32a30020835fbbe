using System.Diagnostics.Metrics;
using Cvdvae.ServiceDefaults.Observability;

namespace Cvdvae.DecoderHost.Hosting;

/// <summary>Counts what happens around the device; the scheduler counts what happens on it.</summary>
internal sealed class DecoderMetrics
{
    private readonly Histogram<double> _features;
    private readonly Counter<long> _handedOver;
    private readonly Counter<long> _dropped;

    public DecoderMetrics(IMeterFactory meters)
    {
        Meter meter = meters.Create(Telemetry.Name);
        _features = meter.CreateHistogram<double>("cvdvae.decoder.features.duration", "s", "Time until all feature maps of a request had come from the encoder.");
        _handedOver = meter.CreateCounter<long>("cvdvae.decoder.handover.bytes", "By", "Features sent to the next stage.");
        _dropped = meter.CreateCounter<long>("cvdvae.decoder.previews.dropped", "{preview}", "Previews that gave way to newer ones because the reader was slow.");
    }

    /// <summary>All feature maps of a request have come.</summary>
    public void FeaturesPulled(TimeSpan time) => _features.Record(time.TotalSeconds);

    /// <summary>The features of a sample were sent on.</summary>
    public void HandedOver(long bytes) => _handedOver.Add(bytes);

    /// <summary>A call has ended.</summary>
    public void PreviewsDropped(int count)
    {
        if (count > 0)
        {
            _dropped.Add(count);
        }
    }
}
