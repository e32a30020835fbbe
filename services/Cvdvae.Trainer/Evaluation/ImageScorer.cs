using Cvdvae.Imaging;
using Cvdvae.Imaging.Quality;
using Cvdvae.Trainer.Evaluation.Perceptual;

namespace Cvdvae.Trainer.Evaluation;

/// <summary>Measures the samples of one image.</summary>
/// <param name="brisque">Model of the quality without a reference; null: not measured.</param>
/// <param name="perceptual">Distance in a network's features; null: not measured.</param>
internal sealed class ImageScorer(BrisqueModel? brisque, PerceptualDistance? perceptual)
{
    private readonly Metric? _distance = perceptual is null ? null : Metric.Perceptual(perceptual.Name);
    private readonly Metric? _diversity = perceptual is null ? null : Metric.DiversityPerceptual(perceptual.Name);

    /// <summary>All figures of an image but the time.</summary>
    /// <param name="truth">The high-res image.</param>
    /// <param name="lowRes">The input.</param>
    /// <param name="samples">What was made of it, at least one.</param>
    public IReadOnlyList<KeyValuePair<Metric, double>> Score(RgbImage truth, RgbImage lowRes, IReadOnlyList<RgbImage> samples)
    {
        var figures = new List<KeyValuePair<Metric, double>>
        {
            new(Metric.Psnr, samples.Average(sample => Math.Min(LowResolutionPsnr.MaxDecibels, Psnr.Between(truth, sample)))),
            new(Metric.Ssim, samples.Average(sample => StructuralSimilarity.Between(truth, sample))),
            new(Metric.LowResPsnr, samples.Average(sample => LowResolutionPsnr.Of(sample, lowRes))),
        };
        if (brisque is not null)
        {
            figures.Add(new(Metric.Brisque, samples.Average(brisque.Score)));
        }

        (int First, int Second)[] pairs = [.. Enumerable.Range(0, samples.Count).SelectMany(first => Enumerable.Range(first + 1, samples.Count - first - 1).Select(second => (first, second)))];
        if (pairs.Length > 0)
        {
            figures.Add(new(Metric.DiversityMse, pairs.Average(pair => SquaredDifference(samples[pair.First], samples[pair.Second]))));
        }

        if (perceptual is not null)
        {
            using PerceptualFeatures features = perceptual.Features([.. samples, truth]);
            figures.Add(new(_distance!, Enumerable.Range(0, samples.Count).Average(sample => perceptual.Between(features, sample, features, samples.Count))));
            if (pairs.Length > 0)
            {
                figures.Add(new(_diversity!, pairs.Average(pair => perceptual.Between(features, pair.First, features, pair.Second))));
            }
        }

        return figures;
    }

    private static double SquaredDifference(RgbImage first, RgbImage second) =>
        first.Pixels.Zip(second.Pixels, (a, b) => (double)(a - b) * (a - b)).Average();
}
