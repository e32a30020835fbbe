using Cvdvae.Imaging.Quality;
using Xunit;

namespace Cvdvae.Imaging.Tests.Quality;

public sealed class DistributionFitTests
{
    // E[x^2] / E[|x|]^2 is 2 for Laplace's distribution and pi / 2 for the Gaussian; beyond the table's ends lie 4/3, a uniform one, and 1000.
    [Theory]
    [InlineData(2, 1)]
    [InlineData(Math.PI / 2, 2)]
    [InlineData(4 / 3.0, 10)]
    [InlineData(1000, 0.2)]
    public void WithRatio_KnownDistribution_IsItsShape(double ratio, double shape)
    {
        Assert.Equal(shape, ShapeTable.WithRatio(ratio));
        Assert.Equal(shape, ShapeTable.WithInverseRatio(1 / ratio));
    }

    [Fact]
    public void Fit_LaplaceQuantiles_IsLaplace()
    {
        var fit = GeneralizedGaussian.Fit([.. Exponential(50_000, 3), .. Exponential(50_000, -3)]);

        Assert.Equal(1, fit.Shape, 0.0021);
        Assert.Equal(18, fit.Variance, 0.02);
    }

    // Twice as many values on the side that is twice as wide: mean (2 x 2 - 1 x 1) / 3.
    [Fact]
    public void Fit_SkewedQuantiles_HasBothSides()
    {
        var fit = AsymmetricGaussian.Fit([.. Exponential(50_000, -1), .. Exponential(100_000, 2)]);

        Assert.Equal(1, fit.Shape, 0.0021);
        Assert.Equal(1, fit.Mean, 0.002);
        Assert.Equal(2, fit.LeftVariance, 0.002);
        Assert.Equal(8, fit.RightVariance, 0.008);
    }

    [Fact]
    public void Fit_EmptySide_IsNotANumberThere()
    {
        var fit = AsymmetricGaussian.Fit([1, 2, 0]);

        Assert.Equal([double.NaN, double.NaN, 2.5], [fit.Mean, fit.LeftVariance, fit.RightVariance]);
    }

    // Quantiles of the exponential distribution in the middles of equal shares.
    private static IEnumerable<double> Exponential(int count, double scale) =>
        Enumerable.Range(0, count).Select(i => -scale * Math.Log((i + 0.5) / count));
}
