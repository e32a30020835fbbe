using Cvdvae.Model.Configuration;
using Xunit;

namespace Cvdvae.Model.Tests.Configuration;

public sealed class BlockStringTests
{
    [Fact]
    public void ParseBottomUp_EveryForm_GivesTheBlocksInOrder()
    {
        BlockSpec[] expected = [new(32), new(32), new(32, DownRate: 2), new(16), new(16, DownRate: 16)];

        Assert.Equal(expected, BlockString.ParseBottomUp("enc_blocks", "32x2, 32d2 ,16,16d16"));
    }

    [Fact]
    public void ParseTopDown_EveryForm_GivesTheBlocksInOrder()
    {
        BlockSpec[] expected = [new(1), new(4, Mixin: 1), new(4), new(4), new(4)];

        Assert.Equal(expected, BlockString.ParseTopDown("dec_blocks", "1,4m1,4x3"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData(",")]
    [InlineData("4x2,")]
    [InlineData("4x2,,8m4")]
    [InlineData("x2")]
    [InlineData("4x")]
    [InlineData("4x0")]
    [InlineData("0x2")]
    [InlineData("-4x2")]
    [InlineData("+4x2")]
    [InlineData("4x-2")]
    [InlineData("4.0x2")]
    [InlineData("4x2.5")]
    [InlineData("4x1e2")]
    [InlineData("4 x 2")]
    [InlineData("4X2")]
    [InlineData("4u2")]
    [InlineData("4m2m1")]
    [InlineData("4x2x2")]
    [InlineData("4d2")]
    [InlineData("four")]
    [InlineData("4;8")]
    [InlineData("٤x2")]
    [InlineData("4097x1")]
    [InlineData("4x4097")]
    [InlineData("4x2147483648")]
    [InlineData("99999999999999999999x1")]
    [InlineData("4x4096,4x1")]
    public void ParseTopDown_BadText_NamesTheField(string text)
    {
        var error = Assert.Throws<InvalidHyperparametersException>(() => BlockString.ParseTopDown("dec_blocks", text));

        Assert.Equal("dec_blocks", error.Field);
        Assert.StartsWith("dec_blocks: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ParseTopDown_MissingText_NamesTheField() =>
        Assert.Equal("dec_blocks", Assert.Throws<InvalidHyperparametersException>(() => BlockString.ParseTopDown("dec_blocks", null!)).Field);

    [Fact]
    public void ParseBottomUp_MixinOfTheTopDownForm_SaysWhatBelongsThere()
    {
        var error = Assert.Throws<InvalidHyperparametersException>(() => BlockString.ParseBottomUp("enc_blocks_y", "8x1,8m4"));

        Assert.Equal("enc_blocks_y", error.Field);
        Assert.Contains("\"8m4\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("'d'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ParseTopDown_BadNumber_QuotesItAndItsEntry()
    {
        var error = Assert.Throws<InvalidHyperparametersException>(() => BlockString.ParseTopDown("dec_blocks", "1x1,4mfoo"));

        Assert.Contains("\"4mfoo\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("\"foo\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("from 1 to 4096", error.Message, StringComparison.Ordinal);
    }
}
