using Cvdvae.Scheduling.Tests.Simulation;
using Xunit;

namespace Cvdvae.Scheduling.Tests;

public sealed class MemoryTests
{
    [Fact]
    public async Task RunOne_OutOfMemory_HalvesTheBatchAndAllFinish()
    {
        await using var stage = new SimulatedStage();
        var attempts = new List<int>();
        stage.Device.OnRun = batch =>
        {
            attempts.Add(batch.Rows.Length);
            ThrowOver(5, batch);
        };

        var request = stage.Admit(Plans.Flat(1), rows: 16);
        stage.RunAll();

        Assert.Equal([16, 8, 4, 4, 4, 4], attempts);
        Assert.Equal(StageEndReason.Finished, stage[request].End!.Reason);
    }

    [Fact]
    public async Task RunOne_OutOfMemory_OtherStepsKeepTheirBatches()
    {
        await using var stage = new SimulatedStage();
        stage.Device.OnRun = batch => ThrowOver(batch.Step == 1 ? 5 : 100, batch);

        stage.Admit(Plans.Flat(3), rows: 16);
        stage.RunAll();

        Assert.Equal(16, stage.Device.Batches.Where(b => b.Step == 0).Max(b => b.Rows.Length));
        Assert.Equal(4, stage.Device.Batches.Where(b => b.Step == 1).Max(b => b.Rows.Length));
    }

    [Fact]
    public async Task RunOne_MemoryComesBack_BatchesGrowAgainSlowly()
    {
        await using var stage = new SimulatedStage();
        var plan = Plans.Flat(1);
        stage.Device.OnRun = batch => ThrowOver(5, batch);
        stage.Admit(plan, rows: 16);
        stage.RunAll();

        stage.Device.OnRun = null;
        int largest = 4;
        for (int i = 0; i < 250; i++)
        {
            int before = stage.Device.Batches.Count;
            stage.Admit(plan, rows: 16);
            stage.RunAll();
            int now = stage.Device.Batches.Skip(before).Max(b => b.Rows.Length);
            Assert.InRange(now, largest, largest + 1);
            largest = now;
        }

        Assert.Equal(16, largest);
    }

    [Fact]
    public async Task RunOne_MemoryStaysShort_TriesForMoreGetRare()
    {
        await using var stage = new SimulatedStage();
        var plan = Plans.Flat(1);
        int failures = 0;
        stage.Device.OnRun = batch =>
        {
            failures += batch.Rows.Length > 4 ? 1 : 0;
            ThrowOver(4, batch);
        };

        for (int i = 0; i < 500; i++)
        {
            stage.Admit(plan, rows: 16);
            stage.RunAll();
        }

        Assert.InRange(failures, 2, 20);
    }

    [Fact]
    public async Task RunOne_ASingleRowOutOfMemory_FailsItsRequestOnly()
    {
        await using var stage = new SimulatedStage();
        stage.Device.OnRun = batch => ThrowOver(batch.Rows.Any(r => r.Request.Id == "big") ? 0 : 100, batch);

        var big = stage.Admit(Plans.Flat(2), id: "big");
        var small = stage.Admit(Plans.Flat(2), rows: 3);
        stage.RunAll();

        Assert.Equal(StageEndReason.Failed, stage[big].End!.Reason);
        Assert.IsType<OutOfDeviceMemoryException>(stage[big].End!.Error);
        Assert.Equal(StageEndReason.Finished, stage[small].End!.Reason);
        Assert.Equal(default, (stage.Scheduler.Load.Backlog, stage.Scheduler.Load.Rows));
    }

    private static void ThrowOver(int rows, SimulatedBatch batch)
    {
        if (batch.Rows.Length > rows)
        {
            throw new OutOfDeviceMemoryException($"{batch.Rows.Length} rows");
        }
    }
}
