namespace Cvdvae.Imaging;

/// <summary>Peak signal-to-noise ratio of 8-bit images: 10 log10(255^2 / mean squared error) over all pixels and channels.</summary>
public static class Psnr
{
    /// <summary>The ratio between two images of the same size.</summary>
    /// <returns>Decibels; positive infinity for equal images.</returns>
    /// <exception cref="ArgumentException">The sizes differ.</exception>
    public static double Between(RgbImage first, RgbImage second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Width != second.Width || first.Height != second.Height)
        {
            throw new ArgumentException(
                $"The images must have one size, not {first.Width}x{first.Height} and {second.Width}x{second.Height}.", nameof(second));
        }

        long squares = 0;
        for (int i = 0; i < first.Pixels.Length; i++)
        {
            int difference = first.Pixels[i] - second.Pixels[i];
            squares += difference * difference;
        }

        return 10 * Math.Log10(255.0 * 255.0 * first.Pixels.Length / squares);
    }
}
