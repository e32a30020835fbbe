using Cvdvae.Imaging.Quality;
using Xunit;

namespace Cvdvae.Imaging.Tests.Quality;

public sealed class StructuralSimilarityTests
{
    [Fact]
    public void Between_EqualImages_IsOne() =>
        Assert.Equal(1.0, StructuralSimilarity.Between(TestImages.Noise(20, 15), TestImages.Noise(20, 15)));

    [Fact]
    public void Between_ImagesExchanged_IsTheSame()
    {
        RgbImage first = TestImages.Noise(20, 15, seed: 1);
        RgbImage second = TestImages.Noise(20, 15, seed: 2);

        Assert.Equal(StructuralSimilarity.Between(first, second), StructuralSimilarity.Between(second, first), 1e-15);
    }

    [Theory]
    [InlineData(17, 14)]
    [InlineData(11, 23)]
    [InlineData(11, 11)]
    public void Between_DifferentImages_IsTheDirectSum(int width, int height)
    {
        RgbImage first = TestImages.Gradient(width, height);
        RgbImage second = WithNoise(first, 60);

        double expected = (DirectSum(first, second, 0) + DirectSum(first, second, 1) + DirectSum(first, second, 2)) / 3;

        Assert.Equal(expected, StructuralSimilarity.Between(first, second), 1e-10);
    }

    // Without any variance the second factor is 1.
    [Fact]
    public void Between_FlatImages_IsTheLuminanceTerm()
    {
        RgbImage first = TestImages.Solid(12, 13, 100, 0, 255);
        RgbImage second = TestImages.Solid(12, 13, 120, 0, 0);

        const double C1 = 6.5025;
        double red = ((2 * 100 * 120) + C1) / ((100 * 100) + (120 * 120) + C1);
        double blue = C1 / ((255 * 255) + C1);
        Assert.Equal((red + 1 + blue) / 3, StructuralSimilarity.Between(first, second), 1e-9);
    }

    [Fact]
    public void Between_MoreNoise_IsLower()
    {
        RgbImage image = TestImages.Gradient(32, 32);

        double little = StructuralSimilarity.Between(image, WithNoise(image, 5));
        double much = StructuralSimilarity.Between(image, WithNoise(image, 50));

        Assert.InRange(little, 0.5, 0.999);
        Assert.InRange(much, -1, little / 2);
    }

    [Theory]
    [InlineData(10, 11)]
    [InlineData(11, 10)]
    [InlineData(1, 1)]
    public void Between_SmallerThanTheWindow_IsRefused(int width, int height)
    {
        var image = new RgbImage(width, height);

        ArgumentException error = Assert.Throws<ArgumentException>(() => StructuralSimilarity.Between(image, image));

        Assert.Contains($"at least 11x11 pixels, the size of its window; these are {width}x{height}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Between_OtherSize_IsRefused() =>
        Assert.Throws<ArgumentException>(() => StructuralSimilarity.Between(new RgbImage(20, 30), new RgbImage(30, 20)));

    private static RgbImage WithNoise(RgbImage image, int largest)
    {
        var random = new Random(3);
        return new(image.Width, image.Height, Array.ConvertAll(image.Pixels, p => (byte)Math.Clamp(p + random.Next(-largest, largest + 1), 0, 255)));
    }

    // Equations 13 to 16 of the paper as they stand, position by position.
    private static double DirectSum(RgbImage first, RgbImage second, int channel)
    {
        const double C1 = 6.5025;
        const double C2 = 58.5225;
        double[] x = TestImages.Channel(first, channel);
        double[] y = TestImages.Channel(second, channel);
        var positions = new List<double>();
        for (int top = 0; top <= first.Height - 11; top++)
        {
            for (int left = 0; left <= first.Width - 11; left++)
            {
                int At(int i) => ((top + (i / 11)) * first.Width) + left + (i % 11);
                double meanX = Weighted(i => x[At(i)]);
                double meanY = Weighted(i => y[At(i)]);
                double varianceX = Weighted(i => Math.Pow(x[At(i)] - meanX, 2));
                double varianceY = Weighted(i => Math.Pow(y[At(i)] - meanY, 2));
                double covariance = Weighted(i => (x[At(i)] - meanX) * (y[At(i)] - meanY));
                positions.Add(((2 * meanX * meanY) + C1) * ((2 * covariance) + C2)
                    / (((meanX * meanX) + (meanY * meanY) + C1) * (varianceX + varianceY + C2)));
            }
        }

        return positions.Average();
    }

    private static double Weighted(Func<int, double> value)
    {
        double[] weights = [.. Enumerable.Range(0, 121).Select(i => Math.Exp(-(Math.Pow((i / 11) - 5, 2) + Math.Pow((i % 11) - 5, 2)) / 4.5))];
        return Enumerable.Range(0, 121).Sum(i => weights[i] * value(i)) / weights.Sum();
    }
}
