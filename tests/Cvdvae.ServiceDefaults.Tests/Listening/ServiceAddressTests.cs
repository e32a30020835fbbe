using System.Net.Sockets;
using Cvdvae.ServiceDefaults.Listening;
using Xunit;

namespace Cvdvae.ServiceDefaults.Tests.Listening;

public sealed class ServiceAddressTests
{
    [Theory]
    [InlineData("http://127.0.0.1:5000", "127.0.0.1:5000")]
    [InlineData("http://127.0.0.1:0/", "127.0.0.1:0")]
    [InlineData("http://localhost:80", "127.0.0.1:80")]
    [InlineData("http://[::1]:5000", "[::1]:5000")]
    public void TryParse_Tcp_IsTheEndPoint(string text, string endPoint)
    {
        Assert.True(ServiceAddress.TryParse(text, out ServiceAddress address));
        Assert.Equal(endPoint, address.EndPoint!.ToString());
        Assert.Null(address.SocketPath);
    }

    [Fact]
    public void TryParse_Star_IsAnyAddressOfBothKinds()
    {
        Assert.True(ServiceAddress.TryParse("http://*:5000", out ServiceAddress address));
        Assert.Equal(Socket.OSSupportsIPv6 ? "[::]:5000" : "0.0.0.0:5000", address.EndPoint!.ToString());
    }

    [Theory]
    [InlineData("https://127.0.0.1:5000", true)]
    [InlineData("https://*:0", true)]
    [InlineData("http://127.0.0.1:5000", false)]
    [InlineData("unix:/run/encoder.sock", false)]
    public void TryParse_Scheme_TellsTls(string text, bool isTls)
    {
        Assert.True(ServiceAddress.TryParse(text, out ServiceAddress address));
        Assert.Equal(isTls, address.IsTls);
    }

    [Fact]
    public void TryParse_Unix_IsThePath()
    {
        Assert.True(ServiceAddress.TryParse("unix:/run/encoder.sock", out ServiceAddress address));
        Assert.Equal("/run/encoder.sock", address.SocketPath);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5000")]
    [InlineData("127.0.0.1:5000")]
    [InlineData("http://127.0.0.1")]
    [InlineData("http://127.0.0.1:70000")]
    [InlineData("http://127.0.0.1:5000/path")]
    [InlineData("https://127.0.0.1")]
    [InlineData("http://user@127.0.0.1:5000")]
    [InlineData("https://some.host:5000")]
    [InlineData("ftp://127.0.0.1:5000")]
    [InlineData("http://some.host:5000")]
    [InlineData("unix:relative.sock")]
    [InlineData("unix:")]
    [InlineData("unix:/")]
    public void TryParse_AnythingElse_IsRefused(string text) => Assert.False(ServiceAddress.TryParse(text, out _));

    [Theory]
    [InlineData("unix:/run/encoder.sock")]
    [InlineData("unix:///run/encoder.sock")]
    public void UnixPath_BothSpellings_IsThePath(string address) => Assert.Equal("/run/encoder.sock", ServiceAddress.UnixPath(address));

    [Theory]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("unix:run/encoder.sock")]
    public void UnixPath_NoSocket_Throws(string address) => Assert.Throws<ArgumentException>(() => ServiceAddress.UnixPath(address));
}
