using System.Net;
using Cvdvae.ServiceDefaults.Calls;
using Xunit;

namespace Cvdvae.ServiceDefaults.Tests.Calls;

public sealed class PeerAddressTests
{
    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64")]
    [InlineData("fe80::1%3", "fe80::/64")]
    [InlineData("::1", "::1")]
    public void Of_Address_IsWhatOneCustomerHas(string address, string expected) => Assert.Equal(expected, PeerAddress.Of(IPAddress.Parse(address)));

    [Fact]
    public void Of_UnixSocket_IsLocal() => Assert.Equal("local", PeerAddress.Of(null));
}
