using Cvdvae.ServiceDefaults.Calls;
using Xunit;

namespace Cvdvae.ServiceDefaults.Tests.Calls;

public sealed class RequestIdTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("A-b_c.d:9")]
    public void TryParse_AllowedCharacters_IsTheText(string text)
    {
        Assert.True(RequestId.TryParse(text, out RequestId id));
        Assert.Equal(text, id.Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("line\nbreak")]
    [InlineData("ünicode")]
    public void TryParse_OtherCharacters_IsRefused(string text) => Assert.False(RequestId.TryParse(text, out _));

    [Fact]
    public void TryParse_Length_IsAtMost128()
    {
        Assert.True(RequestId.TryParse(new string('x', 128), out _));
        Assert.False(RequestId.TryParse(new string('x', 129), out _));
    }

    [Fact]
    public void New_Always_IsValidAndAnother()
    {
        RequestId id = RequestId.New();

        Assert.True(RequestId.TryParse(id.Value, out _));
        Assert.NotEqual(id, RequestId.New());
    }
}
