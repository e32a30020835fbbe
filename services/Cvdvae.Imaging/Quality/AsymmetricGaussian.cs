namespace Cvdvae.Imaging.Quality;

/// <summary>A generalised Gaussian distribution whose two sides differ in width.</summary>
/// <param name="Shape">2 for a Gaussian, 1 for a Laplacian; 0.2 to 10 in steps of 0.001.</param>
/// <param name="Mean">The mean (eta).</param>
/// <param name="LeftVariance">Mean square of the values below 0.</param>
/// <param name="RightVariance">Mean square of the values above 0.</param>
internal readonly record struct AsymmetricGaussian(double Shape, double Mean, double LeftVariance, double RightVariance)
{
    /// <summary>Fits by moments (Lasmar, Stitou and Berthoumieu, 2009).</summary>
    /// <returns>The mean and a side's variance are "not a number" where no value lies on that side.</returns>
    public static AsymmetricGaussian Fit(ReadOnlySpan<double> values)
    {
        (double leftSquares, int left, double rightSquares, int right, double sizes) = (0, 0, 0, 0, 0);
        foreach (double value in values)
        {
            sizes += Math.Abs(value);
            if (value < 0)
            {
                leftSquares += value * value;
                left++;
            }
            else if (value > 0)
            {
                rightSquares += value * value;
                right++;
            }
        }

        double leftDeviation = Math.Sqrt(leftSquares / left);
        double rightDeviation = Math.Sqrt(rightSquares / right);
        double size = sizes / values.Length;
        double shape = ShapeOf(leftDeviation / rightDeviation, size * size / ((leftSquares + rightSquares) / values.Length));
        return new(shape, MeanOf(shape, leftDeviation, rightDeviation), leftSquares / left, rightSquares / right);
    }

    // From the quotient of the two sides' deviations and E[|x|]^2 / E[x^2].
    private static double ShapeOf(double quotient, double inverseRatio)
    {
        double square = quotient * quotient;
        double correction = ((square * quotient) + 1) * (quotient + 1) / ((square + 1) * (square + 1));
        return ShapeTable.WithInverseRatio(inverseRatio * correction);
    }

    // (right - left) gamma(2/a) / sqrt(gamma(1/a) gamma(3/a)) for shape a.
    private static double MeanOf(double shape, double left, double right)
    {
        double factor = GammaFunction.LogOf(2 / shape) - ((GammaFunction.LogOf(1 / shape) + GammaFunction.LogOf(3 / shape)) / 2);
        return (right - left) * Math.Exp(factor);
    }
}
