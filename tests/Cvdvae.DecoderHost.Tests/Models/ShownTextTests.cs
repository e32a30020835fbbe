using Cvdvae.DecoderHost.Models;
using Xunit;

namespace Cvdvae.DecoderHost.Tests.Models;

public sealed class ShownTextTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData(" \r\n\t ", "")]
    [InlineData("  Cartoon portraits,\r\n\tone   each.\n", "Cartoon portraits, one each.")]
    [InlineData("\u001b[31mred\u0007\u009b0m", "[31mred0m")]
    [InlineData("a\u202eb\u2066c\u2028d", "abc d")]
    [InlineData("Gr\u00fc\u00dfe \u4eba\ud83d\ude42", "Gr\u00fc\u00dfe \u4eba\ud83d\ude42")]
    public void Of_AnyText_IsOneLineWithoutControls(string? text, string expected) => Assert.Equal(expected, ShownText.Of(text, 100));

    // An attribute holds no half of a pair.
    [Fact]
    public void Of_HalfAPair_IsReplaced() => Assert.Equal("broken \ufffd", ShownText.Of("broken \ud83d", 100));

    [Theory]
    [InlineData("12345", 5, "12345")]
    [InlineData("123456", 5, "1234\u2026")]
    [InlineData("12 34567", 4, "12\u2026")]
    [InlineData("12\ud83d\ude4256", 4, "12\u2026")]
    public void Of_LongText_IsCutBetweenCharacters(string text, int most, string expected) => Assert.Equal(expected, ShownText.Of(text, most));
}
