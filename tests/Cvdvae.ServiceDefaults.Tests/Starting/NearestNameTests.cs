using Cvdvae.ServiceDefaults.Starting;
using Xunit;

namespace Cvdvae.ServiceDefaults.Tests.Starting;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("", "ab", 2)]
    [InlineData("Gateway", "gateway", 0)]
    [InlineData("Gatway", "Gateway", 1)]
    [InlineData("Gatewayy", "Gateway", 1)]
    [InlineData("Gatawey", "Gateway", 2)]
    [InlineData("Gaetway", "Gateway", 1)]
    [InlineData("MaxSampels", "MaxSamples", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void Distance_Words_CountsMistakes(string one, string other, int mistakes)
    {
        Assert.Equal(mistakes, NearestName.Distance(one, other));
        Assert.Equal(mistakes, NearestName.Distance(other, one));
    }

    [Fact]
    public void Find_Several_GivesTheNearestWithinTheLimit()
    {
        string[] names = ["MaxSamples", "MaxImageSide", "MaxFailovers"];

        Assert.Equal("MaxSamples", NearestName.Find("MaxSampels", names, 2));
        Assert.Null(NearestName.Find("Colour", names, 2));
    }
}
