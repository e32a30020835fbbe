using System.Diagnostics.Metrics;
using Xunit;

namespace Cvdvae.Scheduling.Tests.Simulation;

/// <summary>Makes meters and notes what they measure.</summary>
internal sealed class RecordingMeters : IMeterFactory
{
    private readonly List<Meter> _meters = [];
    private readonly MeterListener _listener = new();
    private readonly List<(string Name, double Value)> _values = [];

    public RecordingMeters()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == this)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.Start();
    }

    public List<KeyValuePair<string, object?>[]> Tags { get; } = [];

    public Meter Create(MeterOptions options)
    {
        Assert.Equal("Cvdvae", options.Name);
        options.Scope = this;
        _meters.Add(new Meter(options));
        return _meters[^1];
    }

    public IReadOnlyList<double> Values(string name) => [.. _values.Where(v => v.Name == name).Select(v => v.Value)];

    public double Observe(string name)
    {
        _listener.RecordObservableInstruments();
        return Values(name)[^1];
    }

    public void Dispose()
    {
        _listener.Dispose();
        _meters.ForEach(m => m.Dispose());
    }

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        _values.Add((instrument.Name, value));
        Tags.Add([.. tags]);
    }
}
