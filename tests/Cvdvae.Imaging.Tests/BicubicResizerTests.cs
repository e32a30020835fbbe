using Xunit;

namespace Cvdvae.Imaging.Tests;

public sealed class BicubicResizerTests
{
    [Theory]
    [InlineData("face.u8", "face.u8.x0.25")]
    [InlineData("face.u8", "face.u8.x0.125")]
    [InlineData("noise.u8", "noise.u8.to12x17")]
    public void Resize_Bytes_EqualsTheOfficialScript(string source, string expected)
    {
        RgbImage recorded = SafetensorsFixture.Image(expected);

        RgbImage result = BicubicResizer.Resize(SafetensorsFixture.Image(source), recorded.Width, recorded.Height);

        Assert.Equal(recorded.Pixels, result.Pixels);
    }

    [Theory]
    [InlineData("face.u8", "face.f64.x0.25")]
    [InlineData("face.u8", "face.f64.x0.125")]
    [InlineData("face.u8", "face.f64.x0.5")]
    [InlineData("noise.u8", "noise.f64.to12x17")]
    [InlineData("face.f64.x0.25", "face64.f64.x4")]
    public void Resize_Reals_EqualsTheOfficialScript(string source, string expected)
    {
        (double[] input, PlaneSize size) = SafetensorsFixture.Planes(source);
        (double[] recorded, PlaneSize newSize) = SafetensorsFixture.Planes(expected);

        for (int channel = 0; channel < 3; channel++)
        {
            double[] plane = input[(channel * (int)size.Area)..((channel + 1) * (int)size.Area)];
            double[] result = new double[newSize.Area];
            BicubicResizer.Resize(plane, size, result, newSize);

            float[] single = new float[newSize.Area];
            BicubicResizer.Resize(Array.ConvertAll(plane, v => (float)v), size, single, newSize);

            double[] recordedPlane = recorded[(channel * result.Length)..((channel + 1) * result.Length)];
            Assert.InRange(TestImages.LargestDifference(recordedPlane, result), 0, 1e-9);
            Assert.InRange(TestImages.LargestDifference(recordedPlane, Array.ConvertAll(single, v => (double)v)), 0, 2e-6);
        }
    }

    [Theory]
    [InlineData(31, 46, 31, 46)]
    [InlineData(1, 1, 5, 7)]
    [InlineData(3, 2, 64, 64)]
    [InlineData(46, 31, 1, 1)]
    [InlineData(5, 100, 100, 5)]
    public void Resize_FlatImage_StaysFlat(int width, int height, int newWidth, int newHeight)
    {
        RgbImage result = BicubicResizer.Resize(TestImages.Solid(width, height, 3, 128, 255), newWidth, newHeight);

        Assert.Equal(TestImages.Solid(newWidth, newHeight, 3, 128, 255).Pixels, result.Pixels);
    }

    [Fact]
    public void Resize_SameSize_ChangesNothing()
    {
        RgbImage image = TestImages.Noise(31, 46);

        Assert.Equal(image.Pixels, BicubicResizer.Resize(image, 31, 46).Pixels);
    }

    [Theory]
    [InlineData(31, 12)]
    [InlineData(7, 23)]
    [InlineData(2, 1)]
    public void Matrix_AnyLengths_IsTheResizeOfALine(int from, int to)
    {
        double[,] matrix = BicubicResizer.Matrix(from, to);
        double[] line = Enumerable.Range(0, from).Select(i => Math.Sin(i * 1.7) * 100).ToArray();
        double[] result = new double[to];

        BicubicResizer.Resize(line, new(from, 1), result, new(to, 1));

        for (int i = 0; i < to; i++)
        {
            Assert.Equal(Enumerable.Range(0, from).Sum(j => matrix[i, j] * line[j]), result[i], 1e-10);
            Assert.Equal(1, Enumerable.Range(0, from).Sum(j => matrix[i, j]), 1e-12);
        }
    }

    // Worked by hand: halving a line of two pixels weighs both alike; quarters of Keys' kernel double a line in its middle.
    [Fact]
    public void Matrix_Doubling_HasKeysWeights()
    {
        double[,] matrix = BicubicResizer.Matrix(8, 16);

        // Sample 7 lies a quarter pixel left of pixel 3's right neighbour: kernel at 1.25, 0.25, 0.75, 1.75.
        double[] expected = [-0.0703125, 0.8671875, 0.2265625, -0.0234375];
        Assert.Equal(expected, Enumerable.Range(2, 4).Select(j => matrix[7, j]), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal(0.5, BicubicResizer.Matrix(2, 1)[0, 0], 1e-12);
    }

    [Fact]
    public void Resize_WrongSizes_AreRefused()
    {
        RgbImage image = TestImages.Noise(4, 4);

        Assert.Throws<ArgumentOutOfRangeException>(() => BicubicResizer.Resize(image, 0, 4));
        Assert.Throws<ArgumentException>(() => BicubicResizer.Resize(new double[15], new(4, 4), new double[4], new(2, 2)));
        Assert.Throws<ArgumentException>(() => BicubicResizer.Resize(new double[16], new(4, 4), new double[5], new(2, 2)));
    }
}
