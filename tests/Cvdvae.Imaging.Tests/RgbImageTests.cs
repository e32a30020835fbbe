using Xunit;

namespace Cvdvae.Imaging.Tests;

public sealed class RgbImageTests
{
    [Fact]
    public void Constructor_WrongSizes_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RgbImage(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RgbImage(1, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RgbImage(40_000, 40_000));
        Assert.Throws<ArgumentException>(() => new RgbImage(2, 2, new byte[11]));
    }

    [Fact]
    public void Crop_InnerRectangle_CopiesItsPixels()
    {
        RgbImage image = TestImages.Noise(7, 5);

        RgbImage crop = image.Crop(2, 1, 4, 3);

        Assert.Equal((4, 3), (crop.Width, crop.Height));
        Assert.Equal(image[2, 1], crop[0, 0]);
        Assert.Equal(image[5, 3], crop[3, 2]);
    }

    [Theory]
    [InlineData(-1, 0, 2, 2)]
    [InlineData(6, 0, 2, 2)]
    [InlineData(0, 4, 2, 2)]
    [InlineData(0, 0, 0, 2)]
    [InlineData(1, 1, int.MaxValue, 1)]
    public void Crop_OutsideTheImage_IsRefused(int x, int y, int width, int height) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => TestImages.Noise(7, 5).Crop(x, y, width, height));

    [Fact]
    public void Indexer_OutsideTheRow_IsRefused()
    {
        RgbImage image = TestImages.Noise(3, 2);

        Assert.Throws<ArgumentOutOfRangeException>(() => image[3, 0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => image[0, 2]);
    }

    [Fact]
    public void ToPlanar_AndBack_KeepsEveryByte()
    {
        RgbImage image = TestImages.Noise(6, 4);
        float[] planes = image.ToPlanar();

        Assert.Equal(image[5, 3].Green, planes[24 + 23]);
        Assert.Equal(image.Pixels, RgbImage.FromPlanar(planes, 6, 4).Pixels);
    }

    [Fact]
    public void FromPlanar_AnyNumbers_RoundHalfToEvenAndSaturate() =>
        Assert.Equal(
            [2, 4, 0, 255, 0, 255],
            RgbImage.FromPlanar([2.5f, 255.5f, 3.5f, float.NaN, -7f, float.PositiveInfinity], 2, 1).Pixels);
}
