namespace Cvdvae.Imaging.Quality;

/// <summary>A generalised Gaussian distribution around 0.</summary>
/// <param name="Shape">2 for a Gaussian, 1 for a Laplacian; 0.2 to 10 in steps of 0.001.</param>
/// <param name="Variance">E[x^2].</param>
internal readonly record struct GeneralizedGaussian(double Shape, double Variance)
{
    /// <summary>Fits by moments (Sharifi and Leon-Garcia, 1995).</summary>
    public static GeneralizedGaussian Fit(ReadOnlySpan<double> values)
    {
        double squares = 0;
        double sizes = 0;
        foreach (double value in values)
        {
            squares += value * value;
            sizes += Math.Abs(value);
        }

        double variance = squares / values.Length;
        double size = sizes / values.Length;
        return new(ShapeTable.WithRatio(variance / (size * size)), variance);
    }
}
