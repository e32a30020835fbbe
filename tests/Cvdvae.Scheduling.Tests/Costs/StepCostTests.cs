using Cvdvae.Scheduling.Costs;
using Xunit;

namespace Cvdvae.Scheduling.Tests.Costs;

public sealed class StepCostTests
{
    [Fact]
    public void Observe_BatchesOfSeveralSizes_FindsFixedAndPerRow()
    {
        var cost = new StepCost(0.2);

        for (int i = 0; i < 20; i++)
        {
            cost.Observe(1 + (i % 5), 0.010 + (0.003 * (1 + (i % 5))));
        }

        Assert.Equal(0.010, cost.Fixed, tolerance: 1e-6);
        Assert.Equal(0.003, cost.PerRow, tolerance: 1e-6);
    }

    [Fact]
    public void Observe_NoisyBatches_FindsAbout()
    {
        var (cost, random) = (new StepCost(0.2), new Random(1));

        for (int i = 0; i < 200; i++)
        {
            int rows = random.Next(1, 9);
            cost.Observe(rows, (0.010 + (0.003 * rows)) * (0.9 + (0.2 * random.NextDouble())));
        }

        Assert.Equal(0.010, cost.Fixed, tolerance: 0.002);
        Assert.Equal(0.003, cost.PerRow, tolerance: 0.0005);
    }

    [Fact]
    public void Observe_OneSizeOnly_PredictsThatSize()
    {
        var cost = new StepCost(0.2);

        for (int i = 0; i < 5; i++)
        {
            cost.Observe(4, 0.1);
        }

        Assert.Equal(0.1, cost.Fixed + (4 * cost.PerRow), tolerance: 1e-9);
        Assert.Equal(0.2, cost.Fixed / (cost.Fixed + cost.PerRow), tolerance: 1e-9);
    }

    [Fact]
    public void Observe_SlowFirstRun_IsForgottenAtOnce()
    {
        var cost = new StepCost(0.2);

        cost.Observe(1, 2);
        cost.Observe(1, 0.01);

        Assert.Equal(0.01, cost.Fixed + cost.PerRow, tolerance: 1e-9);
    }

    [Fact]
    public void Observe_OnePause_HardlyCounts()
    {
        var cost = new StepCost(0.2);
        for (int i = 0; i < 50; i++)
        {
            cost.Observe(1 + (i % 2), 0.01);
        }

        cost.Observe(2, 10);

        Assert.InRange(cost.Fixed + (2 * cost.PerRow), 0.01, 0.013);
    }

    [Fact]
    public void Observe_CostChangesForGood_FollowsWithinAHundred()
    {
        var cost = new StepCost(0.2);
        for (int i = 0; i < 100; i++)
        {
            cost.Observe(1 + (i % 4), 0.01);
        }

        for (int i = 0; i < 100; i++)
        {
            cost.Observe(1 + (i % 4), 1);
        }

        Assert.InRange(cost.Fixed + cost.PerRow, 0.8, 1.05);
    }

    [Fact]
    public void Observe_MoreRowsInLessTime_NeverGivesANegativePrice()
    {
        var cost = new StepCost(0.2);

        cost.Observe(1, 0.02);
        cost.Observe(8, 0.01);

        Assert.True(cost.Fixed >= 0 && cost.PerRow > 0);
    }
}
