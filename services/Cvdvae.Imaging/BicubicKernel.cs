using System.Collections.Concurrent;

namespace Cvdvae.Imaging;

/// <summary>
/// The weights of MATLAB's <c>imresize(..., 'bicubic')</c> along one dimension: Keys' cubic kernel with a = -0.5 (Keys, "Cubic
/// convolution interpolation for digital image processing", 1981), stretched by 1/scale when it shrinks, which is the antialiasing.
/// </summary>
internal static class BicubicKernel
{
    private const double SupportWidth = 4;

    // Sizes of uploads are the users' choice, so the number of kept tables has a bound.
    private const int MaxCachedTables = 64;

    private static readonly ConcurrentDictionary<(int From, int To, double Scale), BandMatrix> Cache = new();

    /// <summary>The packed weights, (to, from).</summary>
    public static BandMatrix Band(int from, int to) => Band(from, to, (double)to / from);

    /// <summary>The packed weights, (to, from), of a resize by <paramref name="scale"/>, which rounding made other than to / from.</summary>
    public static BandMatrix Band(int from, int to, double scale)
    {
        if (Cache.TryGetValue((from, to, scale), out BandMatrix? band))
        {
            return band;
        }

        if (Cache.Count >= MaxCachedTables)
        {
            Cache.Clear();
        }

        return Cache.GetOrAdd((from, to, scale), key => new BandMatrix(Dense(key.From, key.To, key.Scale)));
    }

    /// <summary>The weights as a dense matrix, (to, from); every row sums to 1.</summary>
    public static double[,] Dense(int from, int to) => Dense(from, to, (double)to / from);

    private static double[,] Dense(int from, int to, double scale)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(from, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(to, 1);
        double stretch = Math.Min(scale, 1);
        double width = SupportWidth / stretch;
        int taps = (int)Math.Ceiling(width) + 2;
        double[] weights = new double[taps];
        double[,] matrix = new double[to, from];
        for (int row = 0; row < to; row++)
        {
            // Positions count from 1, as in MATLAB: pixel centres are whole numbers.
            double centre = ((row + 1) / scale) + (0.5 * (1 - (1 / scale)));
            int left = (int)Math.Floor(centre - (width / 2));
            double sum = 0;
            for (int tap = 0; tap < taps; tap++)
            {
                weights[tap] = stretch * Keys(stretch * (centre - (left + tap)));
                sum += weights[tap];
            }

            for (int tap = 0; tap < taps; tap++)
            {
                matrix[row, Mirror(left + tap - 1, from)] += weights[tap] / sum;
            }
        }

        return matrix;
    }

    private static double Keys(double x)
    {
        double t = Math.Abs(x);
        double tt = t * t;
        double ttt = tt * t;
        return t switch
        {
            <= 1 => (1.5 * ttt) - (2.5 * tt) + 1,
            <= 2 => (-0.5 * ttt) + (2.5 * tt) - (4 * t) + 2,
            _ => 0,
        };
    }

    // Beyond an edge the line continues with its mirror image, the edge sample repeated.
    private static int Mirror(int index, int length)
    {
        int phase = (int)((uint)((index % (2 * length)) + (2 * length)) % (uint)(2 * length));
        return phase < length ? phase : (2 * length) - 1 - phase;
    }
}
