using Cvdvae.Imaging;
using Cvdvae.Model;
using Cvdvae.Model.Sampling;
using Cvdvae.Trainer.Evaluation;
using Xunit;

namespace Cvdvae.Trainer.Tests.Evaluation;

public sealed class ConsistencyCurveTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    public void Variance_FlatImages_IsThatOfTheirLevels(int factor)
    {
        RgbImage[] images = [.. ((byte[])[100, 104, 111]).Select(Flat)];

        // Deviations -5, -1, 6 from the mean: 62 / 2.
        Assert.Equal(31, ConsistencyCurve.Variance(images, factor), 9);
    }

    [Fact]
    public void Variance_DetailThatTheDownscaleRemoves_Vanishes()
    {
        RgbImage[] images = [Checkerboard(0), Checkerboard(1)];

        Assert.True(ConsistencyCurve.Variance(images, 1) > 1000);
        Assert.True(ConsistencyCurve.Variance(images, 8) < 1);
    }

    [Fact]
    public void Measure_APrior_FallsToNothingWhereAllGroupsAreFixed()
    {
        using VdVae prior = TinyModels.NewPrior();
        var curve = new ConsistencyCurve(prior.Decoder, PixelSampling.Mode, new ConsistencyOptions(Prefixes: 6, Completions: 4, Temperature: 1, Seed: 3));
        int progress = 0;

        IReadOnlyList<ConsistencyPoint> points = curve.Measure([1, 4], done => progress = done, TestContext.Current.CancellationToken);

        int groups = TinyModels.Prior.Groups.Count;
        Assert.Equal(curve.ImagesInAll, progress);
        Assert.Equal(2 * (groups + 1), points.Count);
        foreach (int factor in (int[])[1, 4])
        {
            double[] levels = [.. points.Where(point => point.Factor == factor).OrderBy(point => point.Groups).Select(point => point.Levels)];
            Assert.Equal(0, levels[^1]);
            Assert.True(levels[0] > 0);
            Assert.True(levels[groups - 1] < levels[0]);
        }

        Assert.Equal(points, curve.Measure([1, 4], _ => { }, TestContext.Current.CancellationToken));
    }

    private static RgbImage Flat(byte level)
    {
        var image = new RgbImage(16, 16);
        Array.Fill(image.Pixels, level);
        return image;
    }

    private static RgbImage Checkerboard(int phase)
    {
        var image = new RgbImage(64, 64);
        for (int i = 0; i < image.Pixels.Length; i++)
        {
            int pixel = i / RgbImage.Channels;
            image.Pixels[i] = (byte)(((pixel / 64) + (pixel % 64) + phase) % 2 == 0 ? 100 : 180);
        }

        return image;
    }
}
