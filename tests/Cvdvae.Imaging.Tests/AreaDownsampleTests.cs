using Xunit;

namespace Cvdvae.Imaging.Tests;

public sealed class AreaDownsampleTests
{
    [Fact]
    public void Apply_Bytes_TakesTheMeanAndRoundsHalfToEven()
    {
        // Sums of the four reds, greens and blues: 10 (2.5 -> 2), 14 (3.5 -> 4), 1020.
        var image = new RgbImage(2, 2, [1, 2, 255, 2, 3, 255, 3, 4, 255, 4, 5, 255]);

        Assert.Equal([2, 4, 255], AreaDownsample.Apply(image, 2).Pixels);
    }

    [Fact]
    public void Apply_FloatsAndBytes_AgreeOnEveryBlock()
    {
        RgbImage image = TestImages.Noise(12, 6);

        RgbImage bytes = AreaDownsample.Apply(image, 3);
        float[] planes = AreaDownsample.Apply(image.ToPlanar(), new(12, 6), 3);

        Assert.Equal((4, 2), (bytes.Width, bytes.Height));
        Assert.Equal(bytes.Pixels, RgbImage.FromPlanar(planes, 4, 2).Pixels);
        double mean = (from y in Enumerable.Range(3, 3) from x in Enumerable.Range(6, 3) select (int)image[x, y].Green).Average();
        Assert.Equal(mean, planes[8 + 4 + 2], 1e-4);
    }

    [Fact]
    public void Apply_FactorOne_ChangesNothing()
    {
        RgbImage image = TestImages.Noise(5, 3);

        Assert.Equal(image.Pixels, AreaDownsample.Apply(image, 1).Pixels);
    }

    [Fact]
    public void Apply_SideNotAMultiple_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => AreaDownsample.Apply(new RgbImage(6, 5), 2));
        Assert.Throws<ArgumentException>(() => AreaDownsample.Apply(new float[30], new(6, 5), 2));
        Assert.Throws<ArgumentException>(() => AreaDownsample.Apply(new float[25], new(4, 4), 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => AreaDownsample.Apply(new RgbImage(6, 6), 0));
    }
}
