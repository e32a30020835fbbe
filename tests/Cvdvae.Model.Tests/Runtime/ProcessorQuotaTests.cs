using Cvdvae.Model.Runtime;
using Xunit;

namespace Cvdvae.Model.Tests.Runtime;

public sealed class ProcessorQuotaTests
{
    [Theory]
    [InlineData("200000 100000", 2)]
    [InlineData("150000 100000\n", 1.5)]
    [InlineData(" 50000   100000 ", 0.5)]
    [InlineData("25000 50000", 0.5)]
    public void ParseVersionTwo_Quota_IsInProcessors(string text, double quota) => Assert.Equal(quota, ProcessorQuota.ParseVersionTwo(text));

    [Theory]
    [InlineData("max 100000")]
    [InlineData("-1 100000")]
    [InlineData("0 100000")]
    [InlineData("100000 0")]
    [InlineData("100000")]
    [InlineData("1 2 3")]
    [InlineData("NaN 100000")]
    [InlineData("Infinity 100000")]
    [InlineData("1,000 100000")]
    [InlineData("")]
    public void ParseVersionTwo_NoneOrUnreadable_IsNull(string text) => Assert.Null(ProcessorQuota.ParseVersionTwo(text));

    [Theory]
    [InlineData(null, 8, 8)]
    [InlineData(0.1, 8, 1)]
    [InlineData(1.0, 8, 1)]
    [InlineData(1.5, 8, 2)]
    [InlineData(4.0, 8, 4)]
    [InlineData(16.0, 8, 8)]
    [InlineData(1e300, 8, 8)]
    public void Threads_Quota_IsRoundedUpWithinTheProcessors(double? quota, int processors, int threads) =>
        Assert.Equal(threads, ProcessorQuota.Threads(quota, processors));

    [Fact]
    public void Threads_OfThisProcess_AreWithinTheProcessors() => Assert.InRange(ProcessorQuota.Threads(), 1, Environment.ProcessorCount);
}
