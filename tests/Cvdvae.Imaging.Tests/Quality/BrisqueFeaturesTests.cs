using Cvdvae.Imaging.Quality;
using Xunit;

namespace Cvdvae.Imaging.Tests.Quality;

public sealed class BrisqueFeaturesTests
{
    public static TheoryData<string> Pictures => [.. BrisqueRecord.All.Keys];

    [Theory]
    [MemberData(nameof(Pictures))]
    public void Of_Photograph_EqualsTheRecord(string picture)
    {
        double[] recorded = BrisqueRecord.All[picture].Features;

        double[] features = BrisqueFeatures.Of(FixtureImages.Load(picture));

        Assert.Equal(BrisqueFeatures.Count, recorded.Length);
        Assert.InRange(TestImages.LargestDifference(recorded, features), 0, 1e-6);
    }

    // Exchanging rows and columns exchanges the neighbours in a row and in a column, and keeps both diagonals.
    [Theory]
    [InlineData(31, 46)]
    [InlineData(32, 40)]
    public void Of_TransposedImage_HasTwoDirectionsExchanged(int width, int height)
    {
        double[] features = BrisqueFeatures.Of(TestImages.Noise(width, height));

        double[] transposed = BrisqueFeatures.Of(Transposed(TestImages.Noise(width, height)));

        for (int scale = 0; scale < 36; scale += 18)
        {
            double[] expected =
            [
                .. features[scale..(scale + 2)],
                .. features[(scale + 6)..(scale + 10)],
                .. features[(scale + 2)..(scale + 6)],
                .. features[(scale + 10)..(scale + 18)],
            ];
            Assert.InRange(TestImages.LargestDifference(expected, transposed[scale..(scale + 18)]), 0, 1e-9);
        }
    }

    [Fact]
    public void Of_SmallestImage_IsFinite()
    {
        double[] features = BrisqueFeatures.Of(TestImages.Noise(BrisqueFeatures.MinSide, BrisqueFeatures.MinSide));

        Assert.All(features, feature => Assert.True(double.IsFinite(feature)));
    }

    [Theory]
    [InlineData(12, 13)]
    [InlineData(200, 12)]
    public void Of_SmallerImage_IsRefused(int width, int height)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => BrisqueFeatures.Of(new RgbImage(width, height)));

        Assert.Contains($"at least 13x13 pixels; this one is {width}x{height}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_BlackImage_LacksTheProducts() =>
        Assert.Equal([0.2, 0, 0.2, double.NaN, double.NaN, double.NaN], BrisqueFeatures.Of(new RgbImage(20, 20))[..6]);

    private static RgbImage Transposed(RgbImage image)
    {
        var result = new RgbImage(image.Height, image.Width);
        for (int y = 0; y < image.Height; y++)
        {
            for (int x = 0; x < image.Width; x++)
            {
                result[y, x] = image[x, y];
            }
        }

        return result;
    }
}
