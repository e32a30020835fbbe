using Cvdvae.Cli.Benchmarking;
using Xunit;

namespace Cvdvae.Cli.Tests.Benchmarking;

public sealed class ArrivalTimesTests
{
    [Fact]
    public void Constant_FourASecond_AreEvenlySpaced() =>
        Assert.Equal([0.0, 0.25, 0.5, 0.75, 1.0], ArrivalTimes.Constant(4).Take(5).Select(time => time.TotalSeconds));

    [Fact]
    public void Poisson_ManyCalls_HaveExponentialGaps()
    {
        double[] times = [.. ArrivalTimes.Poisson(50, 1).Take(20_001).Select(time => time.TotalSeconds)];
        double[] gaps = [.. times.Zip(times.Skip(1), (one, next) => next - one)];

        Assert.All(gaps, gap => Assert.True(gap >= 0));
        Assert.Equal(1 / 50.0, gaps.Average(), 3);
        Assert.Equal(Math.Exp(-1), gaps.Count(gap => gap > 1 / 50.0) / 20_000.0, 1); // the share of gaps above their mean
        double variance = gaps.Average(gap => gap * gap) - Math.Pow(gaps.Average(), 2);
        Assert.InRange(Math.Sqrt(variance) * 50, 0.95, 1.05); // deviation and mean are equal
    }

    [Fact]
    public void Poisson_SameSeed_GivesTheSameTimes() => Assert.Equal(ArrivalTimes.Poisson(5, 3).Take(9), ArrivalTimes.Poisson(5, 3).Take(9));
}
