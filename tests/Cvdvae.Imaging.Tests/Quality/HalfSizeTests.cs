using Cvdvae.Imaging.Quality;
using Xunit;

namespace Cvdvae.Imaging.Tests.Quality;

public sealed class HalfSizeTests
{
    // The kernel keeps straight lines, so away from the edges a ramp shows where samples lie: at 0.5, 2.5, 4.5 and so on, for odd sides too.
    [Theory]
    [InlineData(20, 31)]
    [InlineData(21, 30)]
    public void Of_Ramp_HasSamplesTwoApart(int width, int height)
    {
        double[] ramp = [.. Enumerable.Range(0, width * height).Select(i => (i % width) + (100.0 * (i / width)))];

        (double[] half, PlaneSize size) = HalfSize.Of(ramp, new(width, height));

        Assert.Equal(new PlaneSize((width + 1) / 2, (height + 1) / 2), size);
        for (int y = 2; y < size.Height - 2; y++)
        {
            for (int x = 2; x < size.Width - 2; x++)
            {
                Assert.Equal((2 * x) + 0.5 + (100 * ((2 * y) + 0.5)), half[(y * size.Width) + x], 1e-9);
            }
        }
    }

    [Fact]
    public void Of_EvenSides_IsTheResizer()
    {
        double[] plane = TestImages.Channel(TestImages.Noise(16, 12), 0);
        double[] expected = new double[48];
        BicubicResizer.Resize(plane, new(16, 12), expected, new(8, 6));

        Assert.InRange(TestImages.LargestDifference(expected, HalfSize.Of(plane, new(16, 12)).Plane), 0, 1e-10);
    }
}
