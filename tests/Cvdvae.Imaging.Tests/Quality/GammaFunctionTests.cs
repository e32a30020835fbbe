using Cvdvae.Imaging.Quality;
using Xunit;

namespace Cvdvae.Imaging.Tests.Quality;

public sealed class GammaFunctionTests
{
    // gamma(1/2) = sqrt(pi), gamma(5/2) = 3/4 sqrt(pi), gamma(n) = (n - 1)!; the first two are tabulated.
    [Theory]
    [InlineData(0.1, 9.513507698668732)]
    [InlineData(0.3333333333333333, 2.678938534707748)]
    [InlineData(0.5, 1.772453850905516)]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(2.5, 1.329340388179137)]
    [InlineData(5, 24)]
    [InlineData(11, 3628800)]
    [InlineData(15, 87178291200)]
    public void LogOf_KnownValue_IsExactTo14Digits(double x, double gamma) =>
        Assert.Equal(1, Math.Exp(GammaFunction.LogOf(x)) / gamma, 5e-14);
}
