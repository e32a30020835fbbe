using Cvdvae.Cli.Benchmarking;
using Xunit;

namespace Cvdvae.Cli.Tests.Benchmarking;

public sealed class PercentilesTests
{
    [Fact]
    public void Of_OneToHundred_GivesTheKnownValues()
    {
        // As numpy.percentile(range(1, 101), [50, 90, 99]).
        Percentiles times = Percentiles.Of(Enumerable.Range(1, 100).Reverse().Select(number => TimeSpan.FromMilliseconds(number)))!;

        Assert.Equal((100, 50.5, 50.5, 100.0), (times.Count, times.Mean, times.P50, times.Max));
        Assert.Equal(90.1, times.P90, 9);
        Assert.Equal(99.01, times.P99, 9);
    }

    [Theory]
    [InlineData(new[] { 7.0 }, 0.99, 7.0)]
    [InlineData(new[] { 1.0, 2.0 }, 0.5, 1.5)]
    [InlineData(new[] { 1.0, 2.0, 10.0 }, 0.9, 8.4)]
    [InlineData(new[] { 1.0, 2.0, 10.0 }, 0.0, 1.0)]
    [InlineData(new[] { 1.0, 2.0, 10.0 }, 1.0, 10.0)]
    public void At_FewValues_IsLinearBetweenThem(double[] sorted, double quantile, double expected) => Assert.Equal(expected, Percentiles.At(sorted, quantile), 9);

    [Fact]
    public void Of_Nothing_IsNull() => Assert.Null(Percentiles.Of([]));
}
