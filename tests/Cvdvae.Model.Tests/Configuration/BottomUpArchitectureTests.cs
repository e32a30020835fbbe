using Cvdvae.Model.Configuration;
using Xunit;

namespace Cvdvae.Model.Tests.Configuration;

public sealed class BottomUpArchitectureTests
{
    [Theory]
    [InlineData("cifar10", new[] { 32, 16, 8, 4, 1 }, 33)]
    [InlineData("imagenet32", new[] { 32, 16, 8, 4, 1 }, 48)]
    [InlineData("imagenet64", new[] { 64, 32, 16, 8, 4, 1 }, 65)]
    [InlineData("ffhq256", new[] { 256, 128, 64, 32, 16, 8, 4, 1 }, 68)]
    [InlineData("ffhq1024", new[] { 1024, 512, 256, 128, 64, 32, 16, 8, 4, 1 }, 70)]
    public void Constructor_OfficialModel_HasItsResolutionsAndBlocks(string name, int[] resolutions, int blocks)
    {
        BottomUpArchitecture encoder = new PriorArchitecture(OfficialModels.Named(name)).BottomUp;

        Assert.Equal(resolutions, encoder.Resolutions);
        Assert.Equal(blocks, encoder.Blocks.Count);
    }

    [Fact]
    public void Constructor_PoolingByOne_StaysAtTheResolution() => Assert.Equal([8, 4], Create("8d1,8d2,4d1").Resolutions);

    [Theory]
    [InlineData("4x1")]
    [InlineData("16x1,16d2,8x1")]
    [InlineData("8x1,4x1")]
    [InlineData("8d2,8x1")]
    [InlineData("8d2,2x1")]
    [InlineData("8d3,2x1")]
    [InlineData("8d16")]
    [InlineData("8d2,4d8")]
    public void Constructor_ResolutionsThatDoNotFollow_NamesTheField(string blocks) =>
        Assert.Equal("enc_blocks_y", Assert.Throws<InvalidHyperparametersException>(() => Create(blocks)).Field);

    [Theory]
    [InlineData("4:8")]
    [InlineData("4:16,2:15")]
    public void Constructor_WidthThatFalls_NamesTheWidths(string custom)
    {
        var error = Assert.Throws<InvalidHyperparametersException>(() => Create("8d2,4d2,2x1", custom));

        Assert.Equal("custom_width_str_y", error.Field);
        Assert.Contains("can only grow", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_ExceptionAtTheImageSize_NamesTheWidths() =>
        Assert.Equal("custom_width_str_y", Assert.Throws<InvalidHyperparametersException>(() => Create("8x1", "8:12")).Field);

    [Fact]
    public void Constructor_BottleneckWithoutAChannel_NamesTheField() =>
        Assert.Equal("bottleneck_multiple", Assert.Throws<InvalidHyperparametersException>(() => Create("8x1", bottleneck: 0.05)).Field);

    private static BottomUpArchitecture Create(string blocks, string custom = "", double bottleneck = 0.5) =>
        new("enc_blocks_y", blocks, 8, 10, new WidthTable("width_y", 10, "custom_width_str_y", custom), bottleneck);
}
