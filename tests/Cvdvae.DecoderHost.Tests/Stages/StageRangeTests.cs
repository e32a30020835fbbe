using Cvdvae.DecoderHost.Stages;
using Xunit;

namespace Cvdvae.DecoderHost.Tests.Stages;

public sealed class StageRangeTests
{
    [Theory]
    [InlineData("1-64", 1, 64)]
    [InlineData("64-256", 64, 256)]
    [InlineData("8-8", 8, 8)]
    public void TryParse_FirstAndLast_AreThose(string text, int first, int last)
    {
        Assert.True(StageRange.TryParse(text, out StageRange range));
        Assert.Equal(new StageRange(first, last), range);
        Assert.Equal(text, range.ToString());
    }

    [Fact]
    public void TryParse_Empty_IsAll()
    {
        Assert.True(StageRange.TryParse("", out StageRange range));
        Assert.Equal(StageRange.All, range);
    }

    [Theory]
    [InlineData("64")]
    [InlineData("64-1")]
    [InlineData("0-64")]
    [InlineData("-1-64")]
    [InlineData("1-64-256")]
    [InlineData("1 - 64")]
    [InlineData("a-b")]
    [InlineData("1-99999999999")]
    public void TryParse_SomethingElse_IsRefused(string text) => Assert.False(StageRange.TryParse(text, out _));
}
