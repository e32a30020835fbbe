using Cvdvae.ServiceDefaults.Channels;
using Cvdvae.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace Cvdvae.ServiceDefaults.Tests.Channels;

public sealed class ServiceChannelsTests
{
    [Theory]
    [InlineData("http://127.0.0.1:5000")]
    [InlineData("https://decoder.example:443")]
    [InlineData("dns:///decoder:5200")]
    [InlineData("unix:/run/decoder.sock")]
    public void For_SameAddress_IsTheSameChannel(string address)
    {
        using var channels = New();

        Assert.True(ServiceChannels.IsAddress(address));
        Assert.Same(channels.For(address), channels.For(address));
    }

    [Theory]
    [InlineData("")]
    [InlineData("decoder:5200")]
    [InlineData("ftp://decoder")]
    [InlineData("dns:///")]
    [InlineData("unix:decoder.sock")]
    [InlineData("http://decoder:5200/path")]
    public void For_AnythingElse_IsRefused(string address)
    {
        using var channels = New();

        Assert.False(ServiceChannels.IsAddress(address));
        Assert.Throws<ArgumentException>(() => channels.For(address));
    }

    [Fact]
    public async Task For_DnsName_ReachesAService()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync();
        var channels = probe.App.Services.GetRequiredService<ServiceChannels>();
        int port = new Uri(probe.Addresses.Grpc!).Port;

        var client = new EncoderService.EncoderServiceClient(channels.For($"dns:///localhost:{port}"));

        Assert.Empty((await client.GetEncoderStatusAsync(new GetEncoderStatusRequest(), ProbeApp.Options().WithWaitForReady())).Models);
    }

    private static ServiceChannels New() => new(Options.Create(new ServiceChannelOptions()), NullLoggerFactory.Instance);
}
