using Cvdvae.Scheduling.Tests.Simulation;
using Xunit;

namespace Cvdvae.Scheduling.Tests;

public sealed class MetricsTests
{
    [Fact]
    public async Task Meter_RequestsThatFinishAndAreCancelledAndRefused_AreMeasured()
    {
        using var meters = new RecordingMeters();
        await using var stage = new SimulatedStage(o => (o.MaxRows, o.Stage) = (4, "1-64"), meters);
        using var cancel = new CancellationTokenSource();
        var plan = Plans.Flat(3);

        stage.Admit(plan, rows: 2);
        stage.Admit(stage.Request(plan, rows: 1, cancel: cancel));
        Assert.False(stage.Scheduler.TryAdmit(stage.Request(plan, rows: 2)).Admitted);
        stage.Run(1);
        Assert.Equal(3, meters.Observe("cvdvae.decoder.rows.inflight"));
        Assert.Equal(stage.Scheduler.Load.Backlog.TotalSeconds, meters.Observe("cvdvae.decoder.backlog"));
        await cancel.CancelAsync();
        stage.RunAll();

        Assert.Equal([3, 2, 2], meters.Values("cvdvae.decoder.batch.rows"));
        Assert.Equal(3.5e-3, meters.Values("cvdvae.decoder.step.duration")[0], tolerance: 1e-9);
        Assert.Equal(meters.Values("cvdvae.decoder.step.duration"), meters.Values("cvdvae.decoder.device.time"));
        Assert.Equal(2, meters.Values("cvdvae.decoder.queue.time").Count);
        Assert.Equal([1], meters.Values("cvdvae.decoder.cancelled"));
        Assert.Equal([1], meters.Values("cvdvae.decoder.refused"));
        Assert.Equal([0], meters.Values("cvdvae.decoder.cancelled.steps_after"));
        Assert.All(meters.Tags, tags => Assert.Contains(new("stage", "1-64"), tags));
    }

    [Fact]
    public async Task Meter_WithoutAFactory_IsItsOwn()
    {
        await using var stage = new SimulatedStage();
        stage.Admit(Plans.Flat(1));
        stage.RunAll();

        Assert.Equal(0, stage.Scheduler.Load.Rows);
    }
}
