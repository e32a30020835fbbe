using Cvdvae.Model.Configuration;
using Xunit;

namespace Cvdvae.Model.Tests.Configuration;

public sealed class LowResArchitectureTests
{
    private const string From32 = "32x17,32d2,16x7,16d2,8x5,8d2,4x5,4d4,1x4";
    private const string From64 = "64x12,64d2," + From32;
    private static readonly PriorArchitecture Ffhq256 = new(OfficialModels.Ffhq256);

    [Theory]
    [InlineData(32, From32, 8, 43)]
    [InlineData(64, From64, 4, 57)]
    public void Constructor_Ffhq256UpToItsLimit_IsAccepted(int size, string blocks, int scale, int most)
    {
        LowResArchitecture encoder = Create(size, blocks, most);

        Assert.Equal(scale, encoder.Scale);
        Assert.Equal(most, encoder.ConditionedGroupCount);
        Assert.Equal(1, Create(size, blocks, 1).ConditionedGroupCount);
    }

    [Theory]
    [InlineData(32, From32, 44, 43)]
    [InlineData(32, From32, 66, 43)]
    [InlineData(64, From64, 58, 57)]
    public void Constructor_Ffhq256BeyondItsLimit_NamesTheMost(int size, string blocks, int ky, int most)
    {
        var error = Assert.Throws<InvalidHyperparametersException>(() => Create(size, blocks, ky));

        Assert.Equal("ky", error.Field);
        Assert.Contains($"ky: {ky} includes group {most}", error.Message, StringComparison.Ordinal);
        Assert.EndsWith($"at most {most}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(67)]
    [InlineData(int.MaxValue)]
    public void Constructor_KyOutOfRange_NamesTheField(int ky)
    {
        var error = Assert.Throws<InvalidHyperparametersException>(() => Create(32, From32, ky));

        Assert.Equal("ky", error.Field);
        Assert.Contains("66", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-32)]
    [InlineData(48)]
    [InlineData(256)]
    [InlineData(512)]
    public void Constructor_ImageSizeThatDoesNotDivide_NamesTheField(int size) =>
        Assert.Equal("image_size_y", Assert.Throws<InvalidHyperparametersException>(() => Create(size, From32, 10)).Field);

    [Fact]
    public void Constructor_BlocksOfAnotherSize_NamesTheBlocks() =>
        Assert.Equal("enc_blocks_y", Assert.Throws<InvalidHyperparametersException>(() => Create(64, From32, 10)).Field);

    [Fact]
    public void Constructor_ActivationMissingInTheMiddle_NamesTheMost()
    {
        // No activation at 8, where groups 6 to 10 are.
        var error = Assert.Throws<InvalidHyperparametersException>(() => Create(32, "32d2,16d4,4d4,1x1", 12));

        Assert.Equal("ky", error.Field);
        Assert.EndsWith("at most 6", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(256, "", 2, "custom_width_str_y")]
    [InlineData(256, "1:512", 3, "custom_width_str_y")]
    [InlineData(512, "1:1024", 1, "custom_width_str_y")]
    [InlineData(512, "32:256", 1, "custom_width_str_y")]
    [InlineData(512, "1:x", 1, "custom_width_str_y")]
    [InlineData(0, "", 2, "width_y")]
    public void Constructor_WidthsOtherThanThePrior_NamesTheField(int width, string custom, int ky, string field) =>
        Assert.Equal(field, Assert.Throws<InvalidHyperparametersException>(() => Create(32, From32, ky, width, custom)).Field);

    [Fact]
    public void Constructor_WidthsThatDifferAboveTheConditionedGroups_IsAccepted() =>
        Assert.Equal(2, Create(32, From32, 2, 256, "1:512").ConditionedGroupCount);

    private static LowResArchitecture Create(int size, string blocks, int ky, int width = 512, string custom = "") =>
        new(new LowResHyperparameters { ImageSizeY = size, EncBlocksY = blocks, Ky = ky, WidthY = width, CustomWidthStrY = custom }, Ffhq256);
}
