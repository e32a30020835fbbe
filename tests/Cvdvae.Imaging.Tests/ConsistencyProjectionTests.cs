using Xunit;

namespace Cvdvae.Imaging.Tests;

public sealed class ConsistencyProjectionTests
{
    [Theory]
    [InlineData(64, 48, 16, 12)]
    [InlineData(31, 46, 12, 17)]
    [InlineData(256, 256, 32, 32)]
    [InlineData(20, 21, 19, 21)]
    public void ProjectPlane_AnySizes_ReproducesTheLowResolutionPlane(int width, int height, int lowWidth, int lowHeight)
    {
        double[] plane = TestImages.Channel(TestImages.Noise(width, height), 0);
        double[] low = TestImages.Channel(TestImages.Noise(lowWidth, lowHeight, seed: 2), 1);

        ConsistencyProjection.ProjectPlane(plane, new(width, height), low, new(lowWidth, lowHeight));

        double[] reduced = new double[low.Length];
        BicubicResizer.Resize(plane, new(width, height), reduced, new(lowWidth, lowHeight));
        Assert.InRange(TestImages.LargestDifference(low, reduced), 0, 1e-6);
    }

    [Fact]
    public void ProjectPlane_ConsistentPlane_StaysAsItIs()
    {
        double[] plane = TestImages.Channel(TestImages.Noise(40, 24), 2);
        double[] low = new double[10 * 6];
        BicubicResizer.Resize(plane, new(40, 24), low, new(10, 6));
        double[] projected = [.. plane];

        ConsistencyProjection.ProjectPlane(projected, new(40, 24), low, new(10, 6));

        Assert.InRange(TestImages.LargestDifference(plane, projected), 0, 1e-9);
    }

    // A least-squares step is orthogonal to everything that the resize cannot see, and repeating it does nothing.
    [Fact]
    public void ProjectPlane_Step_IsTheShortestOne()
    {
        var (size, lowSize) = (new PlaneSize(16, 16), new PlaneSize(4, 4));
        double[] before = TestImages.Channel(TestImages.Noise(16, 16), 0);
        double[] low = TestImages.Channel(TestImages.Noise(4, 4, seed: 3), 0);
        double[] after = [.. before];
        ConsistencyProjection.ProjectPlane(after, size, low, lowSize);

        double[] invisible = TestImages.Channel(TestImages.Noise(16, 16, seed: 4), 0);
        ConsistencyProjection.ProjectPlane(invisible, size, new double[16], lowSize);

        double inner = Enumerable.Range(0, 256).Sum(i => (after[i] - before[i]) * invisible[i]);
        Assert.Equal(0, inner, 1e-5);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(32)]
    public void Project_DisturbedFace_ReachesHighLowResolutionPsnr(int lowSide)
    {
        RgbImage face = SafetensorsFixture.Image("face.u8");
        RgbImage low = BicubicResizer.Resize(face, lowSide, lowSide);
        var random = new Random(5);
        float[] disturbed = face.ToPlanar()
            .Select((v, i) => v + (12 * MathF.Sin(i / 997f)) + (20 * (random.NextSingle() - 0.5f)))
            .ToArray();
        RgbImage before = RgbImage.FromPlanar(disturbed, 256, 256);

        RgbImage fromReals = ConsistencyProjection.Project(disturbed, new(256, 256), low);
        RgbImage fromBytes = ConsistencyProjection.Project(before, low);

        Assert.InRange(LowResolutionPsnr.Of(before, low), 0, 40);
        Assert.InRange(LowResolutionPsnr.Of(fromReals, low), 46, 100);
        Assert.InRange(LowResolutionPsnr.Of(fromBytes, low), 46, 100);
    }

    [Fact]
    public void Project_MoreRounds_UndoTheClamp()
    {
        // Black and white halves: the projection overshoots at the edge, where the clamp bites.
        RgbImage sharp = TestImages.Solid(64, 64, 0, 0, 0);
        for (int y = 0; y < 64; y++)
        {
            sharp.Row(y)[(29 * 3)..].Fill(255);
        }

        RgbImage low = BicubicResizer.Resize(sharp, 16, 16);
        RgbImage start = TestImages.Gradient(64, 64);

        double once = LowResolutionPsnr.Of(ConsistencyProjection.Project(start, low, rounds: 1), low);
        double often = LowResolutionPsnr.Of(ConsistencyProjection.Project(start, low), low);

        Assert.InRange(often, once + 3, 100);
    }

    [Fact]
    public void Project_LowResolutionLargerThanTheImage_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ConsistencyProjection.Project(new RgbImage(8, 8), new RgbImage(9, 4)));
}
