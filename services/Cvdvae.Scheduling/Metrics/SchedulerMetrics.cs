using Cvdvae.Scheduling.Running;
using System.Diagnostics.Metrics;

namespace Cvdvae.Scheduling.Metrics;

/// <summary>The instruments <c>cvdvae.decoder.*</c> of the meter <c>Cvdvae</c>.</summary>
internal sealed class SchedulerMetrics : IDisposable
{
    private readonly Meter? _own;
    private readonly StageWork _work;
    private readonly KeyValuePair<string, object?> _stage;
    private readonly Histogram<double> _stepDuration;
    private readonly Histogram<int> _batchRows;
    private readonly Counter<double> _deviceTime;
    private readonly Histogram<double> _queueTime;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _cancelled;
    private readonly Counter<long> _stepsAfter;
    private volatile bool _disposed;

    public SchedulerMetrics(IMeterFactory? factory, StageWork work, string stage)
    {
        _work = work;
        _stage = new("stage", stage);
        var meter = factory?.Create("Cvdvae") ?? (_own = new Meter("Cvdvae"));
        _stepDuration = meter.CreateHistogram(
            "cvdvae.decoder.step.duration", "s", "Device time of one step of a batch.", advice: Buckets(1e-4, 2, 18));
        _batchRows = meter.CreateHistogram("cvdvae.decoder.batch.rows", "{row}", "Rows in a batch.", advice: Buckets(1, 2, 10, x => (int)x));
        _deviceTime = meter.CreateCounter<double>(
            "cvdvae.decoder.device.time", "s", "Time of the steps, each times the share of the device that it used: at most one second in a second.");
        _queueTime = meter.CreateHistogram(
            "cvdvae.decoder.queue.time", "s", "Time that a request's rows waited for the device.", advice: Buckets(1e-4, 2, 20));
        _refused = meter.CreateCounter<long>("cvdvae.decoder.refused", "{request}", "Requests that were not admitted.");
        _cancelled = meter.CreateCounter<long>("cvdvae.decoder.cancelled", "{request}", "Requests that were cancelled.");
        _stepsAfter = meter.CreateCounter<long>(
            "cvdvae.decoder.cancelled.steps_after", "{step}", "Steps begun for a request after its cancellation.");
        meter.CreateObservableGauge(
            "cvdvae.decoder.backlog", () => Observe(load => load.Backlog.TotalSeconds), "s", "Device time of the admitted work that is not done.");
        meter.CreateObservableGauge(
            "cvdvae.decoder.rows.inflight", () => Observe(load => load.Rows), "{row}", "Rows that are admitted and have not finished.");
    }

    public void StepDone(StagePlan plan, int step, int rows, double seconds, double deviceSeconds)
    {
        _deviceTime.Add(deviceSeconds, _stage);
        if (!_stepDuration.Enabled && !_batchRows.Enabled)
        {
            return;
        }

        var model = new KeyValuePair<string, object?>("plan", plan.Name);
        var resolution = new KeyValuePair<string, object?>("resolution", plan.Steps[step].Resolution);
        _stepDuration.Record(seconds, _stage, model, resolution);
        _batchRows.Record(rows, _stage, model, resolution);
    }

    public void Ended(RunningRequest running, StageEndReason reason)
    {
        _queueTime.Record(running.Queued, _stage, new("plan", running.Request.Plan.Name), new("reason", NameOf(reason)));
        if (reason == StageEndReason.Cancelled)
        {
            _cancelled.Add(1, _stage);

            // So that it is seen to be zero.
            _stepsAfter.Add(0, _stage);
        }
    }

    public void StepAfterCancellation() => _stepsAfter.Add(1, _stage);

    public void Refused(string reason) => _refused.Add(1, _stage, new KeyValuePair<string, object?>("reason", reason));

    public void Dispose()
    {
        _disposed = true;
        _own?.Dispose();
    }

    private static string NameOf(StageEndReason reason) => reason switch
    {
        StageEndReason.Finished => "finished",
        StageEndReason.Deadline => "deadline",
        StageEndReason.Cancelled => "cancelled",
        _ => "failed",
    };

    private static InstrumentAdvice<double> Buckets(double first, double factor, int count) => Buckets(first, factor, count, x => x);

    private static InstrumentAdvice<T> Buckets<T>(double first, double factor, int count, Func<double, T> of)
        where T : struct =>
        new() { HistogramBucketBoundaries = [.. Enumerable.Range(0, count).Select(i => of(first * Math.Pow(factor, i)))] };

    // The factory's meter outlives the scheduler.
    private Measurement<T>[] Observe<T>(Func<StageLoad, T> value)
        where T : struct =>
        _disposed ? [] : [new Measurement<T>(value(_work.Load), _stage)];
}
