using Cvdvae.Scheduling.Tests.Simulation;
using Xunit;

namespace Cvdvae.Scheduling.Tests;

/// <summary>Sixteen clients that each send their next request when they have their result.</summary>
public sealed class ClosedLoopTests
{
    private const int Clients = 16;

    [Theory]
    [InlineData(0.5, 1, 0, 2)]
    [InlineData(0.5, 1, 3, 2)]
    [InlineData(0.5, 1, 0, 8)]
    [InlineData(2, 0.02, 3, 2)]
    [InlineData(0.5, 100, 0, 2)]
    [InlineData(0.5, 1, 0)] // like a small model on two cores
    [InlineData(0.5, 1, 3)]
    [InlineData(0.5, 1, 30)]
    [InlineData(2, 0.02, 0)] // like a graphics card: rows are nearly free
    [InlineData(2, 0.02, 3)]
    [InlineData(0.5, 100, 0)] // like a large model on two cores: rows cost all
    public async Task RunOne_SixteenClients_AtLeastNineTenthsOfTheBestBatchesThroughput(double fixedCost, double perCost, double turnaround, int lanes = 1)
    {
        await using var stage = new SimulatedStage(o => (o.Lanes, o.MaxBacklog) = (lanes, TimeSpan.FromDays(1)));
        (stage.Device.Fixed, stage.Device.PerCost) = (fixedCost, perCost);
        var run = new ClosedLoop(stage, Clients, TimeSpan.FromMilliseconds(turnaround));

        run.Go(requests: 2000);

        double rowCost = run.Plan.Steps.Sum(s => s.Cost) * perCost;
        double best = (fixedCost * run.Plan.Steps.Count * lanes / Clients) + rowCost;
        Assert.True(best / run.BusyPerRequest >= 0.9, $"{run.BusyPerRequest:F2} ms of device time a request, {best:F2} at best");
        double period = Math.Max(best, turnaround / Clients);
        Assert.True(best / run.ElapsedPerRequest >= 0.8, $"{run.ElapsedPerRequest:F2} ms a request, {period:F2} at best");
    }

    [Theory]
    [InlineData(0.5, 1, 0)]
    [InlineData(0.5, 1, 3)]
    [InlineData(0.5, 1, 0, 2)]
    [InlineData(0.5, 1, 3, 2)]
    [InlineData(0.5, 100, 0, 2)]
    [InlineData(2, 0.02, 3)]
    [InlineData(0.5, 100, 0)]
    public async Task RunOne_SixteenClients_FirstPreviewWithinThreeTimesAndTheLongestStep(double fixedCost, double perCost, double turnaround, int lanes = 1)
    {
        await using var stage = new SimulatedStage(o => (o.Lanes, o.MaxBacklog) = (lanes, TimeSpan.FromDays(1)));
        (stage.Device.Fixed, stage.Device.PerCost) = (fixedCost, perCost);
        var run = new ClosedLoop(stage, Clients, TimeSpan.FromMilliseconds(turnaround));

        run.Go(requests: 2000);

        double alone = 2 * (fixedCost + (perCost * run.Plan.Steps[0].Cost));
        double p99 = run.FirstPreviews.Order().ElementAt(run.FirstPreviews.Count * 99 / 100);
        Assert.InRange(p99, 0, (3 * alone) + run.LongestStep);
    }
}
