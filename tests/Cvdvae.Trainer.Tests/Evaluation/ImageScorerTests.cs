using Cvdvae.Imaging;
using Cvdvae.Trainer.Evaluation;
using Xunit;

namespace Cvdvae.Trainer.Tests.Evaluation;

public sealed class ImageScorerTests
{
    private const int Size = 32;
    private readonly ImageScorer _scorer = new(brisque: null, perceptual: null);

    [Fact]
    public void Score_TheTruthItself_IsPerfectAndNotDiverse()
    {
        RgbImage truth = TinyModels.Disc(1, Size, Size);
        RgbImage low = BicubicResizer.Resize(truth, Size / 4, Size / 4);

        var figures = _scorer.Score(truth, low, [truth, truth, truth]).ToDictionary();

        Assert.Equal((100, 100, 0), (figures[Metric.Psnr], figures[Metric.LowResPsnr], figures[Metric.DiversityMse]));
        Assert.Equal(1, figures[Metric.Ssim], 9);
    }

    [Fact]
    public void Score_SamplesAroundTheTruth_AveragesThemAndTheirPairs()
    {
        RgbImage truth = Flat(100);
        var figures = _scorer.Score(truth, BicubicResizer.Resize(truth, 8, 8), [Flat(102), Flat(104), Flat(99)]).ToDictionary();

        // Pairs: 2, 3 and 5 levels apart.
        Assert.Equal((4 + 9 + 25) / 3.0, figures[Metric.DiversityMse], 9);
        double psnr = ((double[])[2, 4, 1]).Average(levels => 20 * Math.Log10(255 / levels));
        Assert.Equal(psnr, figures[Metric.Psnr], 9);
        Assert.Equal(psnr, figures[Metric.LowResPsnr], 9);
    }

    [Fact]
    public void Score_OneSample_HasNoDiversity()
    {
        RgbImage truth = Flat(10);

        Assert.DoesNotContain(Metric.DiversityMse, _scorer.Score(truth, BicubicResizer.Resize(truth, 8, 8), [truth]).ToDictionary().Keys);
    }

    private static RgbImage Flat(byte level)
    {
        var image = new RgbImage(Size, Size);
        Array.Fill(image.Pixels, level);
        return image;
    }
}
