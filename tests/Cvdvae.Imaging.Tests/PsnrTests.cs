using Xunit;

namespace Cvdvae.Imaging.Tests;

public sealed class PsnrTests
{
    [Theory]
    [InlineData(1, 48.130803608679)]
    [InlineData(5, 34.151403521958)]
    [InlineData(255, 0)]
    public void Between_ConstantDifference_IsTheFormula(byte difference, double expected)
    {
        RgbImage black = TestImages.Solid(4, 3, 0, 0, 0);
        RgbImage other = TestImages.Solid(4, 3, difference, difference, difference);

        Assert.Equal(expected, Psnr.Between(black, other), 1e-9);
    }

    [Fact]
    public void Between_OneChannelOfOnePixel_AveragesOverAllValues()
    {
        RgbImage first = TestImages.Noise(2, 2);
        RgbImage second = new(2, 2, [.. first.Pixels]);
        second.Pixels[5] ^= 4;

        // The mean squared error is 16 / 12.
        Assert.Equal(10 * Math.Log10(65025 * 12 / 16.0), Psnr.Between(first, second), 1e-12);
    }

    [Fact]
    public void Between_EqualImages_IsInfinite() =>
        Assert.Equal(double.PositiveInfinity, Psnr.Between(TestImages.Noise(3, 3), TestImages.Noise(3, 3)));

    [Fact]
    public void Between_OtherSize_IsRefused() =>
        Assert.Throws<ArgumentException>(() => Psnr.Between(new RgbImage(3, 4), new RgbImage(4, 3)));

    [Fact]
    public void LowResolution_ExactResult_IsOneHundred()
    {
        RgbImage face = SafetensorsFixture.Image("face.u8");

        Assert.Equal(100, LowResolutionPsnr.Of(face, SafetensorsFixture.Image("face.u8.x0.25")));
    }

    [Fact]
    public void LowResolution_ConstantDifference_IsTheFormula() =>
        Assert.Equal(34.151403521958, LowResolutionPsnr.Of(TestImages.Solid(32, 32, 90, 90, 90), TestImages.Solid(8, 8, 95, 85, 95)), 1e-9);
}
