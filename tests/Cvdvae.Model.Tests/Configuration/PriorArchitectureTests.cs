using Cvdvae.Model.Configuration;
using Xunit;

namespace Cvdvae.Model.Tests.Configuration;

public sealed class PriorArchitectureTests
{
    private static readonly PriorHyperparameters Small = new()
    {
        ImageSize = 16,
        Width = 8,
        Zdim = 4,
        NoBiasAbove = 8,
        NumMixtures = 2,
        EncBlocks = "16d2,8d2,4d4,1x1",
        DecBlocks = "1x1,4m1,4x1,8m4,16m8,16x2",
        CustomWidthStr = "4:12,1:16",
        Shift = -127.5,
        Scale = 1 / 127.5,
    };

    [Theory]
    [InlineData("cifar10", new[] { 1, 4, 8, 16, 32 }, new[] { 1, 3, 6, 11, 22 })]
    [InlineData("imagenet32", new[] { 1, 4, 8, 16, 32 }, new[] { 2, 5, 10, 20, 41 })]
    [InlineData("imagenet64", new[] { 1, 4, 8, 16, 32, 64 }, new[] { 2, 4, 8, 16, 32, 13 })]
    [InlineData("ffhq256", new[] { 1, 4, 8, 16, 32, 64, 128, 256 }, new[] { 2, 4, 5, 10, 22, 14, 8, 1 })]
    [InlineData("ffhq1024", new[] { 1, 4, 8, 16, 32, 64, 128, 256, 512, 1024 }, new[] { 2, 4, 5, 10, 21, 15, 8, 3, 1, 1 })]
    public void Constructor_OfficialModel_HasItsGroups(string name, int[] resolutions, int[] groups)
    {
        var architecture = new PriorArchitecture(OfficialModels.Named(name));

        Assert.Equal(resolutions, architecture.Resolutions);
        Assert.Equal(groups, resolutions.Select(resolution => architecture.GroupsAt(resolution)).Select(range => range.End - range.First));
        Assert.Equal(groups.Sum(), architecture.Groups.Count);
    }

    [Fact]
    public void Constructor_Ffhq256_HasSixtySixGroups() => Assert.Equal(66, new PriorArchitecture(OfficialModels.Ffhq256).Groups.Count);

    [Fact]
    public void Constructor_Ffhq1024_TakesTheWidthsOfEachResolution()
    {
        var architecture = new PriorArchitecture(OfficialModels.Ffhq1024);

        Assert.Equal([512, 512, 64, 32, 16], new[] { 1, 128, 256, 512, 1024 }.Select(resolution => architecture.Groups.First(group => group.Resolution == resolution).Width));
        Assert.Equal(4, architecture.Bottleneck(16));
    }

    [Fact]
    public void Groups_SmallModel_AreInOrderWithMixinsAndWidths()
    {
        LatentGroup[] expected =
        [
            new(0, 1, null, 16), new(1, 4, 1, 12), new(2, 4, null, 12), new(3, 8, 4, 8), new(4, 16, 8, 8), new(5, 16, null, 8), new(6, 16, null, 8),
        ];

        Assert.Equal(expected, new PriorArchitecture(Small).Groups);
    }

    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(4, 1, 3)]
    [InlineData(16, 4, 7)]
    public void GroupsAt_ResolutionOfTheModel_GivesItsRange(int resolution, int first, int end) =>
        Assert.Equal((first, end), new PriorArchitecture(Small).GroupsAt(resolution));

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(32)]
    public void GroupsAt_OtherResolution_ListsTheAccepted(int resolution)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new PriorArchitecture(Small).GroupsAt(resolution));

        Assert.Contains("1, 4, 8, 16", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1x1,4m1,8m4")] // ends below the image size
    [InlineData("1x1,4m1,8m4,16m8,32m16")] // ends above it
    [InlineData("1x1,4m1,8m4,16m8,8x1,16m8")] // goes back
    [InlineData("1m4,4m1,8m4,16m8")] // the first takes in another
    [InlineData("1x1,4x1,8m4,16m8")] // opens a resolution with no mixin
    [InlineData("1x1,4m1,8m1,16m8")] // takes in one that is not the last
    [InlineData("1x1,4m1,4m1,8m4,16m8")] // takes in though it goes on
    [InlineData("1x1,4m4,8m4,16m8")] // takes in itself
    [InlineData("1x1,2m1,4m2,8m4,16m8")] // no activation at 2
    [InlineData("16")] // no way to fill it with a bias, named below
    public void Constructor_GroupsThatDoNotFit_NamesTheField(string decBlocks)
    {
        var error = Assert.Throws<InvalidHyperparametersException>(() => new PriorArchitecture(Small with { DecBlocks = decBlocks }));

        Assert.Equal(decBlocks == "16" ? "no_bias_above" : "dec_blocks", error.Field);
    }

    [Fact]
    public void Constructor_GroupWithoutActivation_ListsThoseThatAreThere()
    {
        var error = Assert.Throws<InvalidHyperparametersException>(() => new PriorArchitecture(Small with { DecBlocks = "1x1,2m1,4m2,8m4,16m8" }));

        Assert.Contains("group 1 is at 2", error.Message, StringComparison.Ordinal);
        Assert.Contains("16, 8, 4, 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_ResolutionThatIsNoMultiple_NamesTheField()
    {
        PriorHyperparameters hyperparameters = Small with { ImageSize = 12, EncBlocks = "12d2,6d3,2x1", DecBlocks = "2x1,6m2,12m6" };
        _ = new PriorArchitecture(hyperparameters);

        Assert.Throws<InvalidHyperparametersException>(() => new PriorArchitecture(hyperparameters with { EncBlocks = "12d3,4d2,2x1", DecBlocks = "4x1,6m4,12m6" }));
    }

    [Theory]
    [InlineData("4:12,1:8", "custom_width_str")] // 1 is taken in at 4, and narrower
    [InlineData("4:12,1:16,16:4", "custom_width_str")] // the output needs width
    [InlineData("4:12,1:16,16:16", "custom_width_str")]
    [InlineData("4:12;1:16", "custom_width_str")]
    public void Constructor_WidthsThatDoNotFit_NamesTheField(string custom, string field) =>
        Assert.Equal(field, Assert.Throws<InvalidHyperparametersException>(() => new PriorArchitecture(Small with { CustomWidthStr = custom })).Field);

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(-16)]
    [InlineData(4097)]
    public void Constructor_ImageSizeOutOfRange_NamesTheField(int size) => AssertRefused("image_size", Small with { ImageSize = size });

    [Fact]
    public void Constructor_ImageSizeOtherThanTheBlocks_NamesTheBlocks() => AssertRefused("enc_blocks", Small with { ImageSize = 32 });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void Constructor_ChannelsOtherThanThree_NamesTheField(int channels) => AssertRefused("image_channels", Small with { ImageChannels = channels });

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1025)]
    public void Constructor_ZdimOutOfRange_NamesTheField(int zdim) => AssertRefused("zdim", Small with { Zdim = zdim });

    [Theory]
    [InlineData(0)]
    [InlineData(-10)]
    [InlineData(101)]
    public void Constructor_MixturesOutOfRange_NamesTheField(int mixtures) => AssertRefused("num_mixtures", Small with { NumMixtures = mixtures });

    [Theory]
    [InlineData(0)]
    [InlineData(-0.25)]
    [InlineData(1.01)]
    [InlineData(0.1)] // 0.8 of a channel at width 8
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Constructor_BottleneckOutOfRange_NamesTheField(double bottleneck) =>
        AssertRefused("bottleneck_multiple", Small with { BottleneckMultiple = bottleneck });

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(4097)]
    public void Constructor_NoBiasAboveOutOfRange_NamesTheField(int noBiasAbove) => AssertRefused("no_bias_above", Small with { NoBiasAbove = noBiasAbove });

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.NegativeInfinity)]
    public void Constructor_ShiftNotFinite_NamesTheField(double shift) => AssertRefused("shift", Small with { Shift = shift });

    [Theory]
    [InlineData(0)]
    [InlineData(-0.01)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Constructor_ScaleNotAboveZero_NamesTheField(double scale) => AssertRefused("scale", Small with { Scale = scale });

    [Theory]
    [InlineData(0)]
    [InlineData(16385)]
    public void Constructor_WidthOutOfRange_NamesTheField(int width) => AssertRefused("width", Small with { Width = width });

    [Theory]
    [InlineData("ffhq_256", null, true)]
    [InlineData("ffhq_256", false, false)]
    [InlineData("cifar10", null, false)]
    [InlineData(null, null, false)]
    [InlineData(null, true, true)]
    public void IsLowBit_DatasetAndField_FieldWins(string? dataset, bool? lowBit, bool expected) =>
        Assert.Equal(expected, (Small with { Dataset = dataset, LowBit = lowBit }).IsLowBit);

    private static void AssertRefused(string field, PriorHyperparameters hyperparameters)
    {
        var error = Assert.Throws<InvalidHyperparametersException>(() => new PriorArchitecture(hyperparameters));

        Assert.Equal(field, error.Field);
        Assert.StartsWith($"{field}: ", error.Message, StringComparison.Ordinal);
    }
}
