using Cvdvae.Imaging.Quality;
using Xunit;

namespace Cvdvae.Imaging.Tests.Quality;

public sealed class BrisqueModelTests
{
    // exp(-0.1 x 5) and exp(-0.1 x 0.25): the squares of the vectors of BrisqueModelFolder.
    private static readonly double Middle = (3 * Math.Exp(-0.5)) - (1.5 * Math.Exp(-0.025)) + 7;

    [Fact]
    public void Score_MiddleOfAllRanges_IsTheFormula()
    {
        using var folder = new BrisqueModelFolder();

        Assert.Equal(Middle, BrisqueModel.Load(folder.FolderPath).Score(Features()), 1e-12);
    }

    // Feature 2 at 2.5 is 4 to the vectors: outside of the range, and not clamped.
    [Fact]
    public void Score_FeatureOutsideOfItsRange_IsScaledOn()
    {
        using var folder = new BrisqueModelFolder();
        double[] features = Features();
        features[1] = 2.5;

        double expected = (3 * Math.Exp(-2.1)) - (1.5 * Math.Exp(-1.225)) + 7;
        Assert.Equal(expected, BrisqueModel.Load(folder.FolderPath).Score(features), 1e-12);
    }

    [Fact]
    public void Load_WindowsLineEndsAndBlanks_IsTheSame()
    {
        using var folder = new BrisqueModelFolder(
            BrisqueModelFolder.Model.Replace("\n", " \r\n", StringComparison.Ordinal) + "\r\n",
            BrisqueModelFolder.Range.Replace("\n", "\t\r\n", StringComparison.Ordinal));

        Assert.Equal(Middle, BrisqueModel.Load(folder.FolderPath).Score(Features()), 1e-12);
    }

    [Fact]
    public void Score_Image_IsThatOfItsFeatures()
    {
        using var folder = new BrisqueModelFolder();
        var model = BrisqueModel.Load(folder.FolderPath);
        RgbImage image = TestImages.Noise(20, 20);

        Assert.Equal(model.Score(BrisqueFeatures.Of(image)), model.Score(image));
        Assert.Equal(double.NaN, model.Score(new RgbImage(20, 20)));
    }

    [Fact]
    public void Score_WrongSizes_AreRefused()
    {
        using var folder = new BrisqueModelFolder();
        var model = BrisqueModel.Load(folder.FolderPath);

        Assert.Throws<ArgumentException>(() => model.Score(new double[35]));
        Assert.Throws<ArgumentException>(() => model.Score(new RgbImage(12, 12)));
    }

    [Fact]
    public void Score_ReleasedModel_EqualsTheRecord()
    {
        string? folder = Environment.GetEnvironmentVariable("CVDVAE_BRISQUE");
        Assert.SkipWhen(string.IsNullOrEmpty(folder), "needs CVDVAE_BRISQUE, the folder of allmodel and allrange of the BRISQUE release");
        var model = BrisqueModel.Load(folder!);

        Assert.All(BrisqueRecord.All, record => Assert.Equal(record.Value.Score, model.Score(FixtureImages.Load(record.Key)), 1e-3));
    }

    private static double[] Features() => [.. Enumerable.Repeat(0.5, BrisqueFeatures.Count)];
}
