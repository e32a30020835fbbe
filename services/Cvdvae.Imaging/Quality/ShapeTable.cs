namespace Cvdvae.Imaging.Quality;

/// <summary>
/// The shapes of generalised Gaussian distributions among which fits choose, 0.2 to 10 in steps of 0.001, with
/// E[x^2] / E[|x|]^2 = gamma(1/a) gamma(3/a) / gamma(2/a)^2 of each shape a.
/// </summary>
internal static class ShapeTable
{
    private const int First = 200;
    private const int Last = 10_000;

    private static readonly double[] Ratios = [.. Enumerable.Range(First, Last - First + 1).Select(step => Ratio(step / 1000.0))];
    private static readonly double[] Inverses = Array.ConvertAll(Ratios, ratio => 1 / ratio);

    /// <summary>The shape whose E[x^2] / E[|x|]^2 is nearest; the first of the table for "not a number".</summary>
    public static double WithRatio(double ratio) => Nearest(Ratios, ratio);

    /// <summary>The shape whose E[|x|]^2 / E[x^2] is nearest; the first of the table for "not a number".</summary>
    public static double WithInverseRatio(double inverse) => Nearest(Inverses, inverse);

    private static double Nearest(double[] values, double wanted)
    {
        int nearest = 0;
        for (int i = 1; i < values.Length; i++)
        {
            if (Math.Abs(values[i] - wanted) < Math.Abs(values[nearest] - wanted))
            {
                nearest = i;
            }
        }

        return (First + nearest) / 1000.0;
    }

    private static double Ratio(double shape) =>
        Math.Exp(GammaFunction.LogOf(1 / shape) + GammaFunction.LogOf(3 / shape) - (2 * GammaFunction.LogOf(2 / shape)));
}
