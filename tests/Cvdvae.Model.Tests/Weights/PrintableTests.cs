using Cvdvae.Model.Weights;
using Xunit;

namespace Cvdvae.Model.Tests.Weights;

public sealed class PrintableTests
{
    [Theory]
    [InlineData("größe (3, 3) 'a' \ud83d\ude00", "größe (3, 3) 'a' \ud83d\ude00")]
    [InlineData("a\nb\tc", "a\\u000ab\\u0009c")]
    [InlineData("\u001b[2J", "\\u001b[2J")]
    [InlineData("\u202egpj.exe", "\\u202egpj.exe")]
    public void Of_Text_IsOneLineWithoutOrdersToTheTerminal(string text, string expected) => Assert.Equal(expected, Printable.Of(text));

    [Fact]
    public void Of_LongText_IsCut() => Assert.Equal(2003, Printable.Of(new string('a', 1_000_000)).Length);

    [Fact]
    public void Message_NameWithEscapes_HasNone() =>
        Assert.Equal("a\\u000ab: has \\u001b", new InvalidWeightsException("a\nb", "has \u001b").Message);
}
