using Cvdvae.Model.Configuration;
using Xunit;

namespace Cvdvae.Model.Tests.Configuration;

public sealed class WidthTableTests
{
    [Fact]
    public void Indexer_ExceptionsAndOthers_GivesTheirWidths()
    {
        var widths = new WidthTable("width", 16, "custom_width_str", "512:32, 256:64,128:512");

        Assert.Equal([16, 32, 64, 512, 16], new[] { 1024, 512, 256, 128, 64 }.Select(resolution => widths[resolution]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    public void Indexer_NoExceptions_IsTheWidth(string? custom) => Assert.Equal(8, new WidthTable("width", 8, "custom_width_str", custom)[4]);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(16385)]
    public void Constructor_WidthOutOfRange_NamesTheField(int width)
    {
        var error = Assert.Throws<InvalidHyperparametersException>(() => new WidthTable("width_y", width, "custom_width_str_y", ""));

        Assert.Equal("width_y", error.Field);
        Assert.Contains(width.ToString(System.Globalization.CultureInfo.InvariantCulture), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4")]
    [InlineData("4:")]
    [InlineData(":8")]
    [InlineData("4:8:2")]
    [InlineData("4=8")]
    [InlineData("4:0")]
    [InlineData("0:8")]
    [InlineData("4:-8")]
    [InlineData("4:8.5")]
    [InlineData("4:16385")]
    [InlineData("4:99999999999")]
    [InlineData("8:16;4:32")]
    [InlineData("a:b")]
    public void Constructor_BadExceptions_NamesTheField(string custom)
    {
        var error = Assert.Throws<InvalidHyperparametersException>(() => new WidthTable("width", 8, "custom_width_str", custom));

        Assert.Equal("custom_width_str", error.Field);
    }
}
