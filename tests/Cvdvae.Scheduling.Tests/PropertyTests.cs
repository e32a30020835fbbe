using CsCheck;
using Cvdvae.Scheduling.Tests.Simulation;
using Xunit;

namespace Cvdvae.Scheduling.Tests;

public sealed class PropertyTests
{
    private const int MaxRows = 12;
    private const long MaxBytes = 20_000_000;

    private static readonly Gen<Arrival> Arrivals =
        from gap in Gen.Int[0, 30]
        from rows in Gen.Int[1, 6]
        from end in Gen.Int[1, 30]
        from priority in Gen.Int[0, 2]
        from fate in Gen.Enum<Fate>()
        from at in Gen.Int[0, 29]
        select new Arrival(gap, rows, end, priority, fate, at);

    [Fact]
    public async Task RunOne_AnyArrivals_EveryRequestEndsOnceAndEveryRowRunsEveryStepOnce() =>
        await Gen.Select(Arrivals.Array[1, 25], Gen.Int[1, 20], Gen.Int[0, 400], Gen.Int[1, 4]).SampleAsync(
            async (arrivals, memory, failing, lanes) => await Simulate(arrivals, memory, failing, lanes), iter: 600);

    private static async Task Simulate(Arrival[] arrivals, int memory, int failing, int lanes)
    {
        await using var stage = new SimulatedStage(
            o => (o.Lanes, o.MaxBatchRows, o.MaxBatchBytes, o.MaxBacklog) = (lanes, MaxRows, lanes * MaxBytes, TimeSpan.FromMilliseconds(500)));
        int batches = 0;
        stage.Device.OnRun = batch =>
        {
            CheckBudget(stage.Device, batch);
            if (batch.Rows.Length > memory)
            {
                throw new OutOfDeviceMemoryException("Simulated.");
            }

            if (++batches == failing)
            {
                throw new InvalidOperationException("Simulated.");
            }
        };
        var plan = Plans.Pyramid();
        var admitted = new List<(StageRequest Request, Arrival Arrival)>();
        foreach (var arrival in arrivals)
        {
            long until = stage.Time.GetTimestamp() + TimeSpan.FromMilliseconds(arrival.Gap).Ticks;
            while (stage.Time.GetTimestamp() < until && stage.RunOne())
            {
            }

            var request = arrival.Make(stage, plan);
            if (stage.Scheduler.TryAdmit(request).Admitted)
            {
                admitted.Add((request, arrival));
            }
        }

        stage.RunAll();
        stage.Time.Advance(TimeSpan.FromSeconds(10));
        foreach (var (request, _) in admitted)
        {
            stage.Scheduler.Raise(request.Rows, int.MaxValue);
        }

        stage.RunAll();
        Assert.All(admitted, a => CheckEnded(stage, a.Request, a.Arrival));
        Assert.Equal(default, (stage.Scheduler.Load.Backlog, stage.Scheduler.Load.Rows));
        Assert.Equal(admitted.Sum(a => a.Request.Rows.Count), stage.Device.Released.Count);
        Assert.Equal(
            stage.Device.Batches.Sum(b => b.Rows.Length), admitted.Sum(a => stage[a.Request].Steps.Sum(s => s.Rows)));
    }

    private static void CheckBudget(SimulatedDevice device, SimulatedBatch batch)
    {
        int rows = batch.Rows.Length;
        device.Expect(rows == batch.Rows.Distinct().Count(), "A row is in a batch twice.");
        device.Expect(rows is >= 1 and <= MaxRows, $"A batch has {rows} rows.");
        device.Expect(rows == 1 || rows * batch.Plan.Steps[batch.Step].BytesPerRow <= MaxBytes, "A batch needs too much memory.");
    }

    private static void CheckEnded(SimulatedStage stage, StageRequest request, Arrival arrival)
    {
        var end = Assert.Single(stage[request].Ends);
        Assert.All(request.Rows, row => Assert.Equal(1, stage.Device.Released[row]));
        Assert.All(request.Rows, row => Assert.True(stage.Device.NextStep(row) <= request.EndStep));
        if (end.Reason == StageEndReason.Finished)
        {
            int dropped = arrival.Fate == Fate.Drop ? 1 : 0;
            Assert.True(request.Rows.Count(row => stage.Device.NextStep(row) == request.EndStep) >= request.Rows.Count - dropped);
        }

        var possible = arrival.Fate switch
        {
            Fate.Cancel => (StageEndReason[])[StageEndReason.Finished, StageEndReason.Failed, StageEndReason.Cancelled],
            Fate.Deadline => [StageEndReason.Finished, StageEndReason.Failed, StageEndReason.Deadline],
            _ => [StageEndReason.Finished, StageEndReason.Failed],
        };
        Assert.Contains(end.Reason, possible);
        Assert.True(end.Reason == StageEndReason.Failed == (end.Error is not null));
    }
}
