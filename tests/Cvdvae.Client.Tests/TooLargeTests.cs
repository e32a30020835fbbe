using Cvdvae.FakeService;
using Cvdvae.V1;
using Google.Protobuf;
using Grpc.Core;
using Xunit;

namespace Cvdvae.Client.Tests;

/// <summary>A message that is larger than its receiver takes is not overload: it is told with its size and the limit, and not tried again.</summary>
public sealed class TooLargeTests
{
    private const int ServerLimit = 64 << 20;

    [Fact]
    public async Task Upscale_RequestOverTheServersLimit_NamesBoth()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        server.Upscaler.Models.Limits.MaxMessageBytes = ServerLimit;
        using var client = new SuperResolutionClient(server.Address);
        var request = new UpscaleRequest { Image = ByteString.CopyFrom(new byte[ServerLimit]) };

        MessageTooLargeException error = await TooLargeAsync(client, request);

        Assert.Equal((StatusCode.ResourceExhausted, request.CalculateSize(), ServerLimit, 1), (error.Status, error.Size, error.Limit, error.Attempts));
        Assert.Equal($"the request is too large: {request.CalculateSize()} bytes; the server takes at most {ServerLimit}", error.Message);
        Assert.Equal(0, server.Upscaler.Calls);
    }

    [Theory]
    [InlineData("grpc: received message larger than max (26214409 vs. 4194304)")]
    [InlineData("gRPC message exceeds maximum size 4194304: 26214409")]
    public async Task Upscale_RefusalThatNamesTheLimit_IsTakenAtItsWord(string text)
    {
        await using FakeServer server = await RefusingAsync(text);
        using var client = new SuperResolutionClient(server.Address);

        MessageTooLargeException error = await TooLargeAsync(client, Inputs.Request());

        Assert.Equal((4194304, 1, 0), (error.Limit, server.Upscaler.Calls, server.Upscaler.Listed));
        Assert.Equal($"the request is too large: {error.Size} bytes; the server takes at most 4194304", error.Message);
    }

    [Fact]
    public async Task Upscale_QuotaUsedUp_IsNotTooLarge()
    {
        await using FakeServer server = await RefusingAsync("this quota is used up");
        using var client = new SuperResolutionClient(server.Address);

        SuperResolutionException error = await client.FailAsync(Inputs.Request());

        Assert.Equal("this quota is used up", error.Message);
    }

    [Fact]
    public async Task Upscale_AnswerOverOurLimit_NamesTheOption()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        using var client = new SuperResolutionClient(new SuperResolutionClientOptions { Address = server.Address, MaxMessageBytes = 2048 });
        UpscaleRequest request = Inputs.Request();
        request.ResultFormat = ImageFormat.RawRgb;

        MessageTooLargeException error = await TooLargeAsync(client, request);

        Assert.Equal("the server's answer is too large; MaxMessageBytes is 2048", error.Message);
        Assert.Equal(2048, error.Limit);
    }

    private static Task<MessageTooLargeException> TooLargeAsync(SuperResolutionClient client, UpscaleRequest request) =>
        Assert.ThrowsAsync<MessageTooLargeException>(() => client.CollectAsync(request));

    private static Task<FakeServer> RefusingAsync(string text) => FakeServer.StartAsync(new FakeUpscaler
    {
        Admission = (_, _) => throw new RpcException(new Status(StatusCode.ResourceExhausted, text)),
    });
}
