namespace Cvdvae.Imaging.Quality;

/// <summary>
/// The features of BRISQUE: statistics of an image's grey levels, each taken relative to its neighbourhood's mean and contrast (Mittal,
/// Moorthy and Bovik, "No-reference image quality assessment in the spatial domain", 2012), with the numbers of the authors' MATLAB
/// program.
/// </summary>
public static class BrisqueFeatures
{
    /// <summary>Features of an image: 18 of the image as it is, and 18 of it at half the size.</summary>
    public const int Count = 36;

    /// <summary>Smallest side in pixels: half the size, rounded up, still holds one window of 7x7.</summary>
    public const int MinSide = 13;

    private static readonly GaussianWindow Window = new(7, 7 / 6.0);

    // Where in the plane the second factor of a product lies: the neighbour to the left, above, above left, and below left.
    private static readonly (int Down, int Right)[] Neighbours = [(0, -1), (-1, 0), (-1, -1), (1, -1)];

    /// <summary>Computes the features.</summary>
    /// <param name="image">Sides of at least <see cref="MinSide"/> pixels.</param>
    /// <returns>
    /// <see cref="Count"/> numbers. For each size: shape and variance of the relative levels; then shape, mean, left and right variance
    /// of the products of neighbours in a row, in a column and along both diagonals. An image without any structure (black alone) lacks
    /// some of them: "not a number" stands in their place, as in MATLAB.
    /// </returns>
    /// <exception cref="ArgumentException">The image is too small.</exception>
    public static double[] Of(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var size = new PlaneSize(image.Width, image.Height);
        if (Math.Min(size.Width, size.Height) < MinSide)
        {
            throw new ArgumentException($"BRISQUE needs images of at least {MinSide}x{MinSide} pixels; this one is {size}.", nameof(image));
        }

        double[] levels = GreyLevels(image);
        (double[] half, PlaneSize halfSize) = HalfSize.Of(levels, size);
        return [.. OfOneSize(levels, size), .. OfOneSize(half, halfSize)];
    }

    // As MATLAB's rgb2gray, which rounds to whole levels: Y of the inverse of YIQ's matrix (0.956 0.621, -0.272 -0.647, -1.106 1.703).
    private static double[] GreyLevels(RgbImage image)
    {
        double[] levels = new double[image.Width * image.Height];
        for (int i = 0; i < levels.Length; i++)
        {
            ReadOnlySpan<byte> pixel = image.Pixels.AsSpan(i * RgbImage.Channels, RgbImage.Channels);
            double level = (0.298936021293775 * pixel[0]) + (0.587043074451121 * pixel[1]) + (0.114020904255103 * pixel[2]);
            levels[i] = Math.Round(level, MidpointRounding.AwayFromZero);
        }

        return levels;
    }

    private static List<double> OfOneSize(double[] levels, PlaneSize size)
    {
        double[] relative = RelativeLevels(levels, size);
        var whole = GeneralizedGaussian.Fit(relative);
        List<double> features = [whole.Shape, whole.Variance];
        foreach ((int down, int right) in Neighbours)
        {
            var pairs = AsymmetricGaussian.Fit(Products(relative, size, down, right));
            features.AddRange([pairs.Shape, pairs.Mean, pairs.LeftVariance, pairs.RightVariance]);
        }

        return features;
    }

    // (level - mean) / (deviation + 1), equation 1: mean and deviation under the window.
    private static double[] RelativeLevels(double[] levels, PlaneSize size)
    {
        double[] means = Window.FilterPadded(levels, size);
        double[] squares = Window.FilterPadded(Array.ConvertAll(levels, level => level * level), size);
        double[] relative = new double[levels.Length];
        for (int i = 0; i < levels.Length; i++)
        {
            // Rounding can take the variance of a flat neighbourhood below 0.
            double deviation = Math.Sqrt(Math.Abs(squares[i] - (means[i] * means[i])));
            relative[i] = (levels[i] - means[i]) / (deviation + 1);
        }

        return relative;
    }

    // Every value times its neighbour; the plane is continued by itself beyond its edges.
    private static double[] Products(double[] values, PlaneSize size, int down, int right)
    {
        double[] products = new double[values.Length];
        for (int y = 0; y < size.Height; y++)
        {
            int line = (y + down + size.Height) % size.Height * size.Width;
            for (int x = 0; x < size.Width; x++)
            {
                int i = (y * size.Width) + x;
                products[i] = values[i] * values[line + ((x + right + size.Width) % size.Width)];
            }
        }

        return products;
    }
}
