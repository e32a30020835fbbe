using System.Net;
using System.Net.Sockets;
using Cvdvae.FakeService;
using Cvdvae.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Xunit;

namespace Cvdvae.Client.Tests;

public sealed class FailureTests
{
    [Fact]
    public async Task Upscale_BadImage_NamesTheField()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        using var client = new SuperResolutionClient(server.Address);

        SuperResolutionException error = await client.FailAsync(new UpscaleRequest { Image = ByteString.CopyFromUtf8("not an image") });

        Assert.Equal((StatusCode.InvalidArgument, "image"), (error.Status, error.Field));
        Assert.Contains("unknown format", error.Message, StringComparison.Ordinal);
        Assert.StartsWith("image: ", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, server.Upscaler.Calls);
    }

    [Fact]
    public async Task Upscale_UnknownModel_SaysSo()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        using var client = new SuperResolutionClient(server.Address);
        UpscaleRequest request = Inputs.Request();
        request.Model = "none";

        SuperResolutionException error = await client.FailAsync(request, new CallSettings { RequestId = "mine" });

        Assert.Equal((StatusCode.NotFound, "mine"), (error.Status, error.RequestId));
        Assert.Equal("model: there is no 'none'; this server has fake-64", error.Message);
    }

    [Fact]
    public async Task Upscale_DeadServer_NamesItsAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string address = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        listener.Stop();
        using var client = new SuperResolutionClient(new SuperResolutionClientOptions { Address = address, RetryDelay = TimeSpan.FromMilliseconds(1) });

        SuperResolutionException error = await client.FailAsync(Inputs.Request());

        Assert.Equal((StatusCode.Unavailable, 4), (error.Status, error.Attempts));
        Assert.Equal($"can't reach {address}: Connection refused", error.Message);
    }

    [Fact]
    public async Task Upscale_ServerOfAnotherKind_IsReadable()
    {
        await using FakeServer server = await FakeServer.StartAsync(protocols: HttpProtocols.Http1);
        using var client = new SuperResolutionClient(new SuperResolutionClientOptions { Address = server.Address, MaxAttempts = 1 });

        SuperResolutionException error = await client.FailAsync(Inputs.Request());

        Assert.StartsWith($"can't reach {server.Address}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("HTTP/2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upscale_TlsToAPlainPort_IsReadable()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        string address = server.Address.Replace("http:", "https:", StringComparison.Ordinal);
        using var client = new SuperResolutionClient(new SuperResolutionClientOptions { Address = address, MaxAttempts = 1 });

        SuperResolutionException error = await client.FailAsync(Inputs.Request());

        Assert.StartsWith($"can't reach {address}: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upscale_SilentServer_EndsAtTheDeadline()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string address = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        using var client = new SuperResolutionClient(new SuperResolutionClientOptions { Address = address, Deadline = TimeSpan.FromSeconds(0.5) });

        SuperResolutionException error = await client.FailAsync(Inputs.Request());

        Assert.Equal(StatusCode.DeadlineExceeded, error.Status);
        Assert.Equal("the deadline of 0.5 s passed before the call ended", error.Message);
    }

    [Fact]
    public async Task Upscale_DeadlineHalfWay_GivesTheEventsBeforeIt()
    {
        await using FakeServer server = await FakeServer.StartAsync(new FakeUpscaler { Pace = TimeSpan.FromSeconds(3) });
        using var client = new SuperResolutionClient(server.Address);

        List<UpscaleEvent> events = await client.CollectAsync(Inputs.Request(), new CallSettings { Deadline = TimeSpan.FromSeconds(5) });

        Assert.IsType<StartedEvent>(events[0]);
        Assert.Equal(2, events.OfType<PreviewEvent>().Count());
        Assert.Equal([1, 1], events.OfType<ResultEvent>().Select(result => result.Image.Width));
        Assert.Equal(CompletionReason.Deadline, Assert.IsType<CompletedEvent>(events[^1]).Reason);
    }

    [Theory]
    [InlineData(false, "first event is not Started")]
    [InlineData(true, "before it was completed")]
    public async Task Upscale_BrokenProtocol_IsAnError(bool starts, string expected)
    {
        var upscaler = new FakeUpscaler();
        upscaler.Script = async (_, events, _) =>
        {
            if (starts)
            {
                await events.WriteAsync(new() { Started = new() { RequestId = "r" } });
            }

            await events.WriteAsync(new() { Preview = new() { Image = new() } });
        };
        await using FakeServer server = await FakeServer.StartAsync(upscaler);
        using var client = new SuperResolutionClient(server.Address);

        SuperResolutionException error = await client.FailAsync(Inputs.Request());

        Assert.Equal(StatusCode.Internal, error.Status);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upscale_UnknownEvent_IsPassedOver()
    {
        var upscaler = new FakeUpscaler();
        upscaler.Script = async (_, events, _) =>
        {
            await events.WriteAsync(new() { Started = new() });
            await events.WriteAsync(new());
            await events.WriteAsync(new() { Completed = new() });
        };
        await using FakeServer server = await FakeServer.StartAsync(upscaler);
        using var client = new SuperResolutionClient(server.Address);

        Assert.Equal([typeof(StartedEvent), typeof(CompletedEvent)], (await client.CollectAsync(Inputs.Request())).Select(item => item.GetType()));
    }
}
