using Cvdvae.Trainer.Data;
using Xunit;

namespace Cvdvae.Trainer.Tests.Data;

public sealed class BatchScheduleTests
{
    [Theory]
    [InlineData(12, 4)]
    [InlineData(10, 4)]
    [InlineData(3, 8)]
    public void Indices_TwoEpochs_VisitEachImageOnceAnEpoch(int count, int batch)
    {
        var schedule = new BatchSchedule(count, batch, seed: 5);
        int[] visits = [.. Enumerable.Range(0, (2 * count + batch - 1) / batch).SelectMany(step => schedule.Indices(step))];

        Assert.Equal(Enumerable.Range(0, count), visits.Take(count).Order());
        Assert.Equal(Enumerable.Range(0, count), visits.Skip(count).Take(count).Order());
    }

    [Fact]
    public void Indices_AnyOrderOfSteps_DependOnSeedAndStepAlone()
    {
        var forward = new BatchSchedule(10, 4, seed: 5);
        int[][] steps = [.. Enumerable.Range(0, 9).Select(step => forward.Indices(step))];
        var backward = new BatchSchedule(10, 4, seed: 5);

        for (int step = 8; step >= 0; step--)
        {
            Assert.Equal(steps[step], backward.Indices(step));
        }
    }

    [Fact]
    public void Indices_OtherSeedOrEpoch_AreInAnotherOrder()
    {
        var schedule = new BatchSchedule(100, 100, seed: 5);

        Assert.NotEqual(schedule.Indices(0), schedule.Indices(1));
        Assert.NotEqual(schedule.Indices(0), new BatchSchedule(100, 100, seed: 6).Indices(0));
    }

    [Fact]
    public void StepSeed_ManySteps_AreDistinctAndNotNegative()
    {
        long[] seeds = [.. Enumerable.Range(0, 3).SelectMany(seed => Enumerable.Range(0, 2000).Select(step => new BatchSchedule(10, 4, seed).StepSeed(step)))];

        Assert.Equal(seeds.Length, seeds.Distinct().Count());
        Assert.All(seeds, seed => Assert.True(seed >= 0));
    }
}
