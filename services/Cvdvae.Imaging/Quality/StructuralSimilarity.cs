namespace Cvdvae.Imaging.Quality;

/// <summary>
/// SSIM: how alike two images are in luminance, contrast and structure (Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment:
/// from error visibility to structural similarity", 2004, equation 13). A Gaussian window of 11x11 with standard deviation 1.5,
/// K1 = 0.01, K2 = 0.03 and L = 255, at the positions where the window fits, as in the authors' first program (their later one
/// first shrinks images of 384 pixels a side and more).
/// </summary>
public static class StructuralSimilarity
{
    /// <summary>Side of the window in pixels: the smallest side of an image.</summary>
    public const int WindowSide = 11;

    private const double C1 = 0.01 * 255 * 0.01 * 255;
    private const double C2 = 0.03 * 255 * 0.03 * 255;

    private static readonly GaussianWindow Window = new(WindowSide, 1.5);

    /// <summary>
    /// The similarity of two images of the same size: the mean over all positions in each of the channels red, green and blue, and then
    /// over these three. (The paper measures grey images. The mean over the channels of a grey image is its own.)
    /// </summary>
    /// <returns>-1 to 1; 1 for equal images alone.</returns>
    /// <exception cref="ArgumentException">The sizes differ, or a side is below <see cref="WindowSide"/>.</exception>
    public static double Between(RgbImage first, RgbImage second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var size = new PlaneSize(first.Width, first.Height);
        if (second.Width != size.Width || second.Height != size.Height)
        {
            throw new ArgumentException(
                $"The images must have one size, not {size} and {second.Width}x{second.Height}.", nameof(second));
        }

        if (Math.Min(size.Width, size.Height) < WindowSide)
        {
            throw new ArgumentException(
                $"SSIM needs images of at least {WindowSide}x{WindowSide} pixels, the size of its window; these are {size}.",
                nameof(first));
        }

        double sum = 0;
        for (int channel = 0; channel < RgbImage.Channels; channel++)
        {
            sum += MeanOf(Channel(first, channel), Channel(second, channel), size);
        }

        return sum / RgbImage.Channels;
    }

    private static double MeanOf(double[] x, double[] y, PlaneSize size)
    {
        double[] meanX = Window.FilterInside(x, size);
        double[] meanY = Window.FilterInside(y, size);
        double[] meanXX = Window.FilterInside(Product(x, x), size);
        double[] meanYY = Window.FilterInside(Product(y, y), size);
        double[] meanXY = Window.FilterInside(Product(x, y), size);
        double sum = 0;
        for (int i = 0; i < meanX.Length; i++)
        {
            double squareX = meanX[i] * meanX[i];
            double squareY = meanY[i] * meanY[i];
            double product = meanX[i] * meanY[i];
            double varianceX = meanXX[i] - squareX;
            double varianceY = meanYY[i] - squareY;
            double covariance = meanXY[i] - product;
            sum += ((2 * product) + C1) * ((2 * covariance) + C2) / ((squareX + squareY + C1) * (varianceX + varianceY + C2));
        }

        return sum / meanX.Length;
    }

    private static double[] Channel(RgbImage image, int channel)
    {
        double[] levels = new double[image.Width * image.Height];
        for (int i = 0; i < levels.Length; i++)
        {
            levels[i] = image.Pixels[(i * RgbImage.Channels) + channel];
        }

        return levels;
    }

    private static double[] Product(double[] x, double[] y)
    {
        double[] result = new double[x.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = x[i] * y[i];
        }

        return result;
    }
}
