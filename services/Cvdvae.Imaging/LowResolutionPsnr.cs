namespace Cvdvae.Imaging;

/// <summary>How well a super-resolved image agrees with what it was made from.</summary>
public static class LowResolutionPsnr
{
    /// <summary>Reported for a result whose low-resolution version equals the input, or nearly so.</summary>
    public const double MaxDecibels = 100;

    /// <summary>
    /// The PSNR between the bicubic low-resolution version of <paramref name="result"/> and <paramref name="lowResolution"/>.
    /// </summary>
    /// <returns>Decibels, at most <see cref="MaxDecibels"/>.</returns>
    public static double Of(RgbImage result, RgbImage lowResolution)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(lowResolution);
        RgbImage reduced = BicubicResizer.Resize(result, lowResolution.Width, lowResolution.Height);
        return Math.Min(MaxDecibels, Psnr.Between(reduced, lowResolution));
    }
}
