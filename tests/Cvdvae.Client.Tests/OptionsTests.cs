using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Cvdvae.FakeService;
using Xunit;

namespace Cvdvae.Client.Tests;

public sealed class OptionsTests
{
    [Theory]
    [InlineData("http://127.0.0.1:5000")]
    [InlineData("https://example.org")]
    [InlineData("unix:/run/cvdvae.sock")]
    [InlineData("unix:///run/cvdvae.sock")]
    [InlineData("dns:///gateway.svc:5000")]
    public void Client_GoodAddress_IsTaken(string address) => new SuperResolutionClient(address).Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("127.0.0.1:5000")]
    [InlineData("ftp://host")]
    [InlineData("unix:relative")]
    [InlineData("dns:///")]
    [InlineData("http://")]
    public void Client_BadAddress_IsRefusedByName(string address)
    {
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() => new SuperResolutionClient(address));

        Assert.StartsWith("Address: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Client_OptionsOutOfRange_NamesEach()
    {
        var options = new SuperResolutionClientOptions
        {
            ApiKey = "line\nbreak",
            Token = "two words",
            CaPath = "ca.crt",
            CertificatePath = "client.crt",
            MaxMessageBytes = 1,
            MaxAttempts = 0,
            Deadline = TimeSpan.Zero,
            ConnectTimeout = TimeSpan.FromSeconds(-1),
            MaxRetryDelay = TimeSpan.FromMilliseconds(1),
        };

        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() => new SuperResolutionClient(options));

        Assert.Equal(
            ["ApiKey", "Token", "CertificatePath", "CaPath", "CertificatePath", "MaxMessageBytes", "MaxAttempts", "Deadline", "ConnectTimeout", "MaxRetryDelay"],
            error.Failures.Select(failure => failure.Split(':')[0]));
    }

    public static TheoryData<TimeSpan> EndlessTimes => [TimeSpan.MaxValue, TimeSpan.FromDays(36500), Timeout.InfiniteTimeSpan];

    [Theory]
    [MemberData(nameof(EndlessTimes))]
    public async Task Call_EndlessDeadline_IsNone(TimeSpan deadline)
    {
        await using FakeServer server = await FakeServer.StartAsync();
        var options = new SuperResolutionClientOptions { Address = server.Address, Deadline = deadline };
        using var client = new SuperResolutionClient(options);
        using var other = new SuperResolutionClient(new SuperResolutionClientOptions { Address = server.Address, Deadline = TimeSpan.FromMinutes(1) });

        await client.CollectAsync(Inputs.Request());
        Assert.Equal(DateTime.MaxValue, server.Upscaler.Deadline);
        await other.CollectAsync(Inputs.Request(), new CallSettings { Deadline = deadline });
        Assert.Equal(DateTime.MaxValue, server.Upscaler.Deadline);
    }

    [Fact]
    public async Task Client_LongestTimes_AreKept()
    {
        int refusals = 0;
        await using FakeServer server = await FakeServer.StartAsync(new FakeUpscaler
        {
            Admission = (_, _) => throw new RpcException(new Status(refusals++ == 0 ? StatusCode.Unavailable : StatusCode.NotFound, "no")),
        });
        using var client = new SuperResolutionClient(new SuperResolutionClientOptions
        {
            Address = server.Address,
            ConnectTimeout = TimeSpan.MaxValue,
            RetryDelay = TimeSpan.FromMilliseconds(1),
            MaxRetryDelay = TimeSpan.MaxValue,
        });

        Assert.Equal((StatusCode.NotFound, 2), await client.FailAsync(Inputs.Request()) is var error ? (error.Status, error.Attempts) : default);
    }

    [Fact]
    public async Task AddCvdvaeClient_Configured_GivesOneWorkingClient()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        await using ServiceProvider services = new ServiceCollection().AddCvdvaeClient(options => options.Address = server.Address).BuildServiceProvider();

        SuperResolutionClient client = services.GetRequiredService<SuperResolutionClient>();

        Assert.Same(client, services.GetRequiredService<SuperResolutionClient>());
        Assert.IsType<CompletedEvent>((await client.CollectAsync(Inputs.Request()))[^1]);
    }

    [Fact]
    public void AddCvdvaeClient_BadOption_FailsAtStart()
    {
        using ServiceProvider services = new ServiceCollection().AddCvdvaeClient(options => options.MaxAttempts = 99).BuildServiceProvider();

        OptionsValidationException error = Assert.Throws<OptionsValidationException>(services.GetRequiredService<IStartupValidator>().Validate);

        Assert.Equal("MaxAttempts: 99 is not from 1 to 20", error.Message);
    }

    [Fact]
    public async Task Upscale_UnixSocket_Works()
    {
        string path = Path.Combine(Path.GetTempPath(), $"cvdvae-{Guid.NewGuid():N}.sock");
        await using FakeServer server = await FakeServer.StartAsync(socket: path);
        using var client = new SuperResolutionClient($"unix:{path}");

        Assert.IsType<CompletedEvent>((await client.CollectAsync(Inputs.Request()))[^1]);
    }

    [Fact]
    public async Task Upscale_DnsName_IsResolved()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        using var client = new SuperResolutionClient($"dns:///localhost:{new Uri(server.Address).Port}");

        Assert.IsType<CompletedEvent>((await client.CollectAsync(Inputs.Request()))[^1]);
    }
}
