using System.Collections.Concurrent;

namespace Cvdvae.Imaging;

/// <summary>P = A'(AA')^-1 of a bicubic resize A, by a Cholesky factorisation of AA'.</summary>
internal static class PseudoInverse
{
    // The entries of a row fall off exponentially. What is left out here changes a level by less than 1e-9.
    private const double Negligible = 1e-13;

    private const int MaxCachedMatrices = 32;

    private static readonly ConcurrentDictionary<(int High, int Low), BandMatrix> Cache = new();

    /// <summary>The pseudo-inverse, (high, low), of the resize from <paramref name="high"/> to <paramref name="low"/> samples.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="low"/> is above <paramref name="high"/>.</exception>
    public static BandMatrix OfResize(int high, int low)
    {
        if (Cache.TryGetValue((high, low), out BandMatrix? known))
        {
            return known;
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(low, high);
        if (Cache.Count >= MaxCachedMatrices)
        {
            Cache.Clear();
        }

        return Cache.GetOrAdd((high, low), size => new BandMatrix(Compute(BicubicKernel.Dense(size.High, size.Low)), Negligible));
    }

    private static double[,] Compute(double[,] a)
    {
        (int low, int high) = (a.GetLength(0), a.GetLength(1));
        double[,] factor = Cholesky(Gram(a));
        double[,] result = new double[high, low];
        double[] x = new double[low];

        // AA' is symmetric, so column c of A, solved against AA', is row c of the result.
        for (int column = 0; column < high; column++)
        {
            for (int i = 0; i < low; i++)
            {
                double sum = a[i, column];
                for (int j = 0; j < i; j++)
                {
                    sum -= factor[i, j] * x[j];
                }

                x[i] = sum / factor[i, i];
            }

            for (int i = low - 1; i >= 0; i--)
            {
                double sum = x[i];
                for (int j = i + 1; j < low; j++)
                {
                    sum -= factor[j, i] * x[j];
                }

                x[i] = sum / factor[i, i];
                result[column, i] = x[i];
            }
        }

        return result;
    }

    private static double[,] Gram(double[,] a)
    {
        (int low, int high) = (a.GetLength(0), a.GetLength(1));
        double[,] gram = new double[low, low];
        for (int i = 0; i < low; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = 0;
                for (int k = 0; k < high; k++)
                {
                    sum += a[i, k] * a[j, k];
                }

                gram[i, j] = gram[j, i] = sum;
            }
        }

        return gram;
    }

    // The lower triangle L with L L' = the symmetric, positive definite matrix.
    private static double[,] Cholesky(double[,] matrix)
    {
        int n = matrix.GetLength(0);
        double[,] factor = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = matrix[i, j];
                for (int k = 0; k < j; k++)
                {
                    sum -= factor[i, k] * factor[j, k];
                }

                factor[i, j] = i == j ? Math.Sqrt(sum) : sum / factor[j, j];
            }
        }

        return factor;
    }
}
