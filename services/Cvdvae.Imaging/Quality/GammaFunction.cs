namespace Cvdvae.Imaging.Quality;

/// <summary>The gamma function of positive real numbers.</summary>
internal static class GammaFunction
{
    // From here on the first term of Stirling's series that is left out is below 1e-16.
    private const double SeriesStart = 12;

    // From the last term to the first, for Horner's scheme.
    private static readonly double[] Coefficients = [-691 / 360360.0, 1 / 1188.0, -1 / 1680.0, 1 / 1260.0, -1 / 360.0, 1 / 12.0];

    /// <summary>The natural logarithm of the gamma function, to about 15 digits.</summary>
    /// <param name="x">Above 0.</param>
    public static double LogOf(double x)
    {
        // gamma(x) = gamma(x + 1) / x moves x to where the series is exact.
        double product = 1;
        while (x < SeriesStart)
        {
            product *= x;
            x++;
        }

        return Stirling(x) - Math.Log(product);
    }

    // Abramowitz and Stegun, "Handbook of Mathematical Functions", 6.1.40: terms B(2m) / (2m (2m - 1) x^(2m - 1)), B Bernoulli's numbers.
    private static double Stirling(double x)
    {
        double t = 1 / (x * x);
        double series = 0;
        foreach (double coefficient in Coefficients)
        {
            series = (series * t) + coefficient;
        }

        return ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + (series / x);
    }
}
