namespace Cvdvae.Trainer.Evaluation;

/// <summary>A figure of merit of super-resolved images.</summary>
/// <param name="Name">Its name with its unit.</param>
/// <param name="Decimals">Digits worth showing.</param>
internal sealed record Metric(string Name, int Decimals)
{
    /// <summary>Of a sample against the true image, mean over the samples.</summary>
    public static Metric Psnr { get; } = new("PSNR, dB", 2);

    /// <summary>Structural similarity with the true image, mean over the samples; 1 at most.</summary>
    public static Metric Ssim { get; } = new("SSIM", 4);

    /// <summary>Of a sample's low-res version against the input, 8-bit on both sides, mean over the samples.</summary>
    public static Metric LowResPsnr { get; } = new("LR-PSNR, dB", 2);

    /// <summary>Quality without a reference, mean over the samples; lower is better.</summary>
    public static Metric Brisque { get; } = new("BRISQUE", 2);

    /// <summary>Average pairwise distance of the samples of an image: mean squared difference of levels.</summary>
    public static Metric DiversityMse { get; } = new("APD, MSE of levels", 1);

    /// <summary>Seconds to draw all samples of an image, on the device and with the batch of the evaluation.</summary>
    public static Metric Seconds { get; } = new("seconds an image", 4);

    /// <summary>Distance of a sample from the true image in a network's features, mean over the samples; lower is better.</summary>
    /// <param name="distance">Name of the distance.</param>
    public static Metric Perceptual(string distance) => new(distance, 4);

    /// <summary>Average pairwise distance of the samples of an image in a network's features.</summary>
    /// <param name="distance">Name of the distance.</param>
    public static Metric DiversityPerceptual(string distance) => new($"APD, {distance}", 4);
}
