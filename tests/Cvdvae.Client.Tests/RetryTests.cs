using Cvdvae.FakeService;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Xunit;

namespace Cvdvae.Client.Tests;

public sealed class RetryTests
{
    [Fact]
    public async Task Upscale_UnavailableTwice_SucceedsAtTheThirdAttempt()
    {
        await using FakeServer server = await RefusingAsync(2, () => new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "starting")));
        using var client = Client(server);

        Assert.IsType<CompletedEvent>((await client.CollectAsync(Inputs.Request()))[^1]);
        Assert.Equal(3, server.Upscaler.Calls);
    }

    [Fact]
    public async Task Upscale_OverloadWithRetryInfo_WaitsAsLongAsAsked()
    {
        await using FakeServer server = await RefusingAsync(1, () => Overload(TimeSpan.FromMilliseconds(300)));
        using var client = Client(server);
        long start = TimeProvider.System.GetTimestamp();

        await client.CollectAsync(Inputs.Request());

        Assert.True(TimeProvider.System.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(300));
        Assert.Equal(2, server.Upscaler.Calls);
    }

    [Fact]
    public async Task Upscale_OverloadForLong_FailsAtOnceWithTheWait()
    {
        await using FakeServer server = await RefusingAsync(9, () => Overload(TimeSpan.FromSeconds(42)));
        using var client = Client(server);

        SuperResolutionException error = await client.FailAsync(Inputs.Request());

        Assert.Equal((StatusCode.ResourceExhausted, TimeSpan.FromSeconds(42), 1), (error.Status, error.RetryAfter, error.Attempts));
        Assert.Equal("too much work; try again in 42 s", error.Message);
        Assert.Equal(1, server.Upscaler.Calls);
    }

    [Fact]
    public async Task Upscale_ExhaustedWithoutRetryInfo_IsNotRetried()
    {
        await using FakeServer server = await RefusingAsync(9, () => new RpcException(new Grpc.Core.Status(StatusCode.ResourceExhausted, "message too large")));
        using var client = Client(server);

        Assert.Equal(StatusCode.ResourceExhausted, (await client.FailAsync(Inputs.Request())).Status);
        Assert.Equal(1, server.Upscaler.Calls);
    }

    [Theory]
    [InlineData(StatusCode.Internal)]
    [InlineData(StatusCode.Unauthenticated)]
    [InlineData(StatusCode.Aborted)]
    public async Task Upscale_OtherStatus_IsNotRetried(StatusCode status)
    {
        await using FakeServer server = await RefusingAsync(9, () => new RpcException(new Grpc.Core.Status(status, "no")));
        using var client = Client(server);

        Assert.Equal(status, (await client.FailAsync(Inputs.Request())).Status);
        Assert.Equal(1, server.Upscaler.Calls);
    }

    [Fact]
    public async Task Upscale_AlwaysUnavailable_GivesUpAfterAllAttempts()
    {
        await using FakeServer server = await RefusingAsync(99, () => new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "stopping")));
        using var client = Client(server);

        SuperResolutionException error = await client.FailAsync(Inputs.Request());

        Assert.Equal((StatusCode.Unavailable, "stopping", 4), (error.Status, error.Message, error.Attempts));
        Assert.Equal(4, server.Upscaler.Calls);
    }

    [Fact]
    public async Task Upscale_UnavailableAfterStarted_IsNotRetried()
    {
        var upscaler = new FakeUpscaler();
        upscaler.Script = async (_, events, _) =>
        {
            await events.WriteAsync(new() { Started = new() });
            throw new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "lost"));
        };
        await using FakeServer server = await FakeServer.StartAsync(upscaler);
        using var client = Client(server);

        Assert.Equal(StatusCode.Unavailable, (await client.FailAsync(Inputs.Request())).Status);
        Assert.Equal(1, server.Upscaler.Calls);
    }

    [Fact]
    public async Task Upscale_WaitPastTheDeadline_FailsAtOnce()
    {
        await using FakeServer server = await RefusingAsync(9, () => Overload(TimeSpan.FromSeconds(60)));
        using var client = new SuperResolutionClient(new SuperResolutionClientOptions { Address = server.Address, Deadline = TimeSpan.FromSeconds(50), MaxRetryDelay = TimeSpan.FromSeconds(90) });
        long start = TimeProvider.System.GetTimestamp();

        SuperResolutionException error = await client.FailAsync(Inputs.Request());

        Assert.Equal(StatusCode.ResourceExhausted, error.Status);
        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(50));
    }

    [Theory]
    [InlineData(1, 0.0, 200)]
    [InlineData(1, 1.0, 100)]
    [InlineData(2, 0.0, 400)]
    [InlineData(3, 0.0, 800)]
    [InlineData(5, 0.0, 1000)]
    public void Wait_Unavailable_DoublesUpToTheCapAndIsShortenedAtRandom(int attempts, double random, int expected)
    {
        var policy = new RetryPolicy(new SuperResolutionClientOptions { MaxAttempts = 9, MaxRetryDelay = TimeSpan.FromSeconds(1) }, () => random);

        Assert.Equal(TimeSpan.FromMilliseconds(expected), policy.Wait(attempts, StatusCode.Unavailable, null));
    }

    [Theory]
    [InlineData(400, 0.0, 400)]
    [InlineData(400, 1.0, 500)]
    [InlineData(900, 1.0, 1000)]
    [InlineData(1001, 0.0, null)]
    public void Wait_RetryInfo_IsNeverShorterThanAsked(int asked, double random, int? expected)
    {
        var policy = new RetryPolicy(new SuperResolutionClientOptions { MaxRetryDelay = TimeSpan.FromSeconds(1) }, () => random);

        TimeSpan? wait = policy.Wait(1, StatusCode.ResourceExhausted, TimeSpan.FromMilliseconds(asked));

        Assert.Equal(expected is { } time ? TimeSpan.FromMilliseconds(time) : null, wait);
    }

    private static SuperResolutionClient Client(FakeServer server) =>
        new(new SuperResolutionClientOptions { Address = server.Address, RetryDelay = TimeSpan.FromMilliseconds(1) });

    private static RpcException Overload(TimeSpan wait) => new Google.Rpc.Status
    {
        Code = (int)StatusCode.ResourceExhausted,
        Message = "too much work",
        Details = { Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(wait) }) },
    }.ToRpcException();

    private static Task<FakeServer> RefusingAsync(int times, Func<RpcException> refusal) => FakeServer.StartAsync(new FakeUpscaler
    {
        Admission = (call, _) =>
        {
            if (call <= times)
            {
                throw refusal();
            }
        },
    });
}
