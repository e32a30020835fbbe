namespace Cvdvae.Imaging.Quality;

/// <summary>Regression by support vectors with radial basis functions: sum of w_i exp(-gamma |x - v_i|^2), less rho.</summary>
/// <param name="weights">w, one a vector.</param>
/// <param name="vectors">(vectors, features) numbers v.</param>
/// <param name="gamma">Above 0.</param>
/// <param name="rho">The offset.</param>
internal sealed class SupportVectorRegression(double[] weights, double[] vectors, double gamma, double rho)
{
    /// <summary>The value for a point.</summary>
    /// <param name="point">As many numbers as a vector has.</param>
    public double Predict(ReadOnlySpan<double> point)
    {
        double sum = -rho;
        for (int i = 0; i < weights.Length; i++)
        {
            sum += weights[i] * Math.Exp(-gamma * SquaredDistance(point, vectors.AsSpan(i * point.Length, point.Length)));
        }

        return sum;
    }

    private static double SquaredDistance(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }

        return sum;
    }
}
