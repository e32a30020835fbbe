using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Cvdvae.ServiceDefaults.Channels;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Cvdvae.ServiceDefaults.Tests.Listening;

public sealed class ListeningTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Start_PortZero_SaysWhereItListens()
    {
        string file = _folder.File("address.json");
        ProbeApp probe = await ProbeApp.StartAsync(null, ("Listen:AddressFile", file));
        await using (probe)
        {
            using JsonDocument json = JsonDocument.Parse(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
            string grpc = json.RootElement.GetProperty("grpc").GetString()!;
            string http = json.RootElement.GetProperty("http").GetString()!;

            using var client = new HttpClient();
            Assert.Equal("Healthy", await client.GetStringAsync($"{http}/healthz/live", TestContext.Current.CancellationToken).WithinLimit());
            await new EncoderService.EncoderServiceClient(probe.App.Services.GetRequiredService<ServiceChannels>().For(grpc))
                .GetEncoderStatusAsync(new GetEncoderStatusRequest(), ProbeApp.Options());
            Assert.Contains(probe.Logs.Lines, line => line.Text == $"listening grpc={grpc} http={http}");
            Assert.DoesNotContain(":0", grpc + " " + http + " ", StringComparison.Ordinal);
            await probe.App.StopAsync(TestContext.Current.CancellationToken).WithinLimit();
        }

        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task Start_UnixSocketLeftBehind_TakesItsPlace()
    {
        string path = _folder.File("probe.sock");
        using (var stale = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            stale.Bind(new UnixDomainSocketEndPoint(path));

            // As a killed process leaves it: the file stays, and nobody listens.
            File.Move(path, path + ".kept");
        }

        File.Move(path + ".kept", path);
        await using ProbeApp probe = await ProbeApp.StartAsync(null, ("Listen:Grpc", $"unix:{path}"), ("Listen:Http1", ""));

        await probe.StatusAsync().WithinLimit();

        Assert.Equal($"unix:{path}", probe.Addresses.Grpc);
        Assert.Null(probe.Addresses.Http1);
    }

    [Fact]
    public async Task Start_FileInPlaceOfTheSocket_FailsAndKeepsIt()
    {
        string path = _folder.File("notes.txt");
        await File.WriteAllTextAsync(path, "not a socket", TestContext.Current.CancellationToken);

        await Assert.ThrowsAnyAsync<IOException>(() => ProbeApp.StartAsync(null, ("Listen:Grpc", $"unix:{path}")).WithinLimit());

        Assert.Equal("not a socket", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("Listen:Grpc", "http://somewhere", "Listen:Grpc: 'http://somewhere' is not http://HOST:PORT")]
    [InlineData("Listen:Http1", "5001", "Listen:Http1: '5001' is not empty or http://HOST:PORT")]
    [InlineData("Listen:MaxMessageBytes", "10", "Listen:MaxMessageBytes: 10 is not from 1024 to")]
    [InlineData("Listen:StreamWindowBytes", "10", "Listen:StreamWindowBytes: 10 is not from")]
    [InlineData("Listen:ConnectionWindowBytes", "65536", "Listen:ConnectionWindowBytes: 65536 is not from StreamWindowBytes")]
    [InlineData("Listen:MaxConnectionAge", "00:00:00.5", "Listen:MaxConnectionAge: 00:00:00.5000000 is not 0 or from 1 s")]
    [InlineData("Shutdown:Timeout", "-00:00:01", "Timeout")]
    [InlineData("Shutdown:Delay", "01:00:01", "Delay")]
    [InlineData("Channels:ResolverRefresh", "00:00:00", "ResolverRefresh")]
    public async Task Start_OptionOutOfRange_FailsNamingIt(string key, string value, string message)
    {
        OptionsValidationException error = await Assert.ThrowsAsync<OptionsValidationException>(() => ProbeApp.StartAsync(null, (key, value)).WithinLimit());

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_MetricsOverHttp2_AreNotThere()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync();
        using var client = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using HttpResponseMessage grpc = await client.GetAsync($"{probe.Addresses.Grpc}/metrics", TestContext.Current.CancellationToken).WithinLimit();

        Assert.Equal(HttpStatusCode.NotFound, grpc.StatusCode);
    }

    public void Dispose() => _folder.Dispose();
}
