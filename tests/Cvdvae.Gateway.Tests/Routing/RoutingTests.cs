using Cvdvae.Gateway.Tests.Fakes;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.V1;
using Grpc.Core;
using Xunit;

namespace Cvdvae.Gateway.Tests.Routing;

public sealed class RoutingTests
{
    private static readonly Func<FakeDecode, Task> Overloaded = _ =>
        throw RpcErrors.ResourceExhausted("the backlog is full", TimeSpan.FromSeconds(7), new DecoderLoad { BacklogSeconds = 31 });

    [Fact]
    public async Task Upscale_OneDecoderHasLess_GoesThere()
    {
        await using FakeDecoder busy = await FakeDecoder.StartAsync(fake => fake.Status.Load.BacklogSeconds = 25);
        await using FakeDecoder idle = await FakeDecoder.StartAsync(fake => fake.Status.Load.BacklogSeconds = 1);
        await using TestGateway gateway = await TestGateway.StartAsync(busy, idle);

        for (int i = 0; i < 4; i++)
        {
            await gateway.UpscaleAsync(TestGateway.Request());
        }

        Assert.Equal((0, 4), (busy.Requests.Count, idle.Requests.Count));
    }

    [Fact]
    public async Task Upscale_FirstRefuses_TakesTheOther()
    {
        await using FakeDecoder full = await FakeDecoder.StartAsync(fake => fake.Script = Overloaded);
        await using FakeDecoder other = await FakeDecoder.StartAsync(fake => fake.Status.Load.BacklogSeconds = 25);
        await using TestGateway gateway = await TestGateway.StartAsync(full, other);

        List<UpscaleResponse> events = await gateway.UpscaleAsync(TestGateway.Request());

        Assert.NotNull(events[^1].Completed);
        Assert.Equal((1, 1), (full.Requests.Count, other.Requests.Count));
    }

    [Fact]
    public async Task Upscale_AllRefuse_TriesTwoAndPassesTheRefusalOn()
    {
        await using FakeDecoder first = await FakeDecoder.StartAsync(fake => fake.Script = Overloaded);
        await using FakeDecoder second = await FakeDecoder.StartAsync(fake => fake.Script = Overloaded);
        await using FakeDecoder third = await FakeDecoder.StartAsync(fake => fake.Script = Overloaded);
        await using TestGateway gateway = await TestGateway.StartAsync(first, second, third);

        RpcException error = await gateway.FailAsync(TestGateway.Request());

        Assert.Equal((StatusCode.ResourceExhausted, "the backlog is full"), (error.StatusCode, error.Status.Detail));
        Assert.Equal(TimeSpan.FromSeconds(7), RpcErrors.RetryDelay(error));
        Assert.Equal(2, first.Requests.Count + second.Requests.Count + third.Requests.Count);
    }

    [Theory]
    [InlineData(StatusCode.Unavailable)]
    [InlineData(StatusCode.FailedPrecondition)]
    [InlineData(StatusCode.NotFound)]
    public async Task Upscale_OnlyDecoderCannot_IsUnavailable(StatusCode code)
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync(fake => fake.Script = _ => throw new RpcException(new Status(code, "no")));
        await using TestGateway gateway = await TestGateway.StartAsync(decoder);

        RpcException error = await gateway.FailAsync(TestGateway.Request());

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
    }

    [Fact]
    public async Task Upscale_FirstSaysNothing_TakesTheOther()
    {
        await using FakeDecoder silent = await FakeDecoder.StartAsync(fake => fake.Script = decode => decode.HangAsync());
        await using FakeDecoder other = await FakeDecoder.StartAsync(fake => fake.Status.Load.BacklogSeconds = 25);
        await using TestGateway gateway = await TestGateway.StartWithAsync(new() { ["AcceptTimeout"] = "00:00:00.3" }, silent, other);

        List<UpscaleResponse> events = await gateway.UpscaleAsync(TestGateway.Request());

        Assert.NotNull(events[^1].Completed);
        Assert.Equal((1, 1), (silent.Requests.Count, other.Requests.Count));
    }

    [Fact]
    public async Task Upscale_FirstHasDied_TakesTheOther()
    {
        await using FakeDecoder dead = await FakeDecoder.StartAsync();
        await using FakeDecoder other = await FakeDecoder.StartAsync(fake => fake.Status.Load.BacklogSeconds = 25);
        await using TestGateway gateway = await TestGateway.StartWithAsync(new() { ["StatusInterval"] = "00:01:00" }, dead, other);
        await dead.KillAsync();

        List<UpscaleResponse> events = await gateway.UpscaleAsync(TestGateway.Request());

        Assert.NotNull(events[^1].Completed);
        Assert.Single(other.Requests);
    }

    [Fact]
    public async Task Poll_DecoderRestarts_IsUsedAgain()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync();
        await using TestGateway gateway = await TestGateway.StartAsync(decoder);
        await decoder.KillAsync();
        await Waiting.Until(() => gateway.Pool.Catalogue.Models.Count == 0);
        Assert.Equal(StatusCode.Unavailable, (await gateway.FailAsync(TestGateway.Request())).StatusCode);

        await using FakeDecoder again = await FakeDecoder.StartAsync(port: new Uri(decoder.Address).Port);
        await Waiting.Until(() => gateway.Pool.Catalogue.Models.Count == 1);

        Assert.NotNull((await gateway.UpscaleAsync(TestGateway.Request()))[^1].Completed);
    }

    [Fact]
    public async Task Poll_DecoderOwesItsState_IsTakenOnlyWhenThereIsNoOther()
    {
        await using FakeDecoder slow = await FakeDecoder.StartAsync();
        await using FakeDecoder other = await FakeDecoder.StartAsync(fake => fake.Status.Load.BacklogSeconds = 25);
        await using TestGateway gateway = await TestGateway.StartWithAsync(
            new() { ["StatusInterval"] = "00:00:00.05", ["StatusTimeout"] = "00:00:00.1", ["StatusRetain"] = "00:10:00" }, slow, other);
        slow.HoldsStatus = true;
        await Waiting.Until(() => gateway.Pool.Replicas[0].IsDoubted);
        await gateway.UpscaleAsync(TestGateway.Request());
        Assert.Equal((0, 1), (slow.Requests.Count, other.Requests.Count));

        await other.KillAsync();
        await Waiting.Until(() => gateway.Pool.Replicas[1].Status is null);
        await gateway.UpscaleAsync(TestGateway.Request());
        Assert.Single(slow.Requests);

        slow.HoldsStatus = false;
        await Waiting.Until(() => !gateway.Pool.Replicas[0].IsDoubted);
    }

    [Fact]
    public async Task Poll_DecoderOwesItsStateForLong_IsNoLongerOffered()
    {
        await using FakeDecoder silent = await FakeDecoder.StartAsync();
        await using TestGateway gateway = await TestGateway.StartWithAsync(
            new() { ["StatusInterval"] = "00:00:00.05", ["StatusTimeout"] = "00:00:00.1", ["StatusRetain"] = "00:00:00.5" }, silent);
        silent.HoldsStatus = true;

        await Waiting.Until(() => gateway.Pool.Catalogue.Models.Count == 0);

        Assert.Equal(StatusCode.Unavailable, (await gateway.FailAsync(TestGateway.Request())).StatusCode);
    }

    [Fact]
    public async Task ListModels_SeveralDecoders_JoinsThem()
    {
        await using FakeDecoder first = await FakeDecoder.StartAsync();
        await using FakeDecoder second = await FakeDecoder.StartAsync(fake =>
            fake.Status.Models.Add(new DecoderModel { Info = TestModels.Info(version: "2", hash: "def") }));
        await using FakeDecoder later = await FakeDecoder.StartAsync(fake => fake.Status.FirstStage = false);
        later.Status.Models[0].Info.Name = "hidden";
        await using TestGateway gateway = await TestGateway.StartAsync(first, second, later);

        ListModelsResponse response = await gateway.Client.ListModelsAsync(new ListModelsRequest(), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal([TestModels.Info(version: "2", hash: "def"), TestModels.Info()], response.Models);
        Assert.Equal("faces", response.DefaultModel);
        ServerLimits limits = response.Limits;
        Assert.Equal((64u, 16u << 20, 4096u), (limits.MaxSamples, limits.MaxImageBytes, limits.MaxImageSide));
        Assert.Equal((20u << 20, 50, 4u << 20), (limits.MaxMessageBytes, limits.DeadlineMargin.ToTimeSpan().Milliseconds, limits.MaxWaitingPreviewBytes));

        await gateway.UpscaleAsync(TestGateway.Request());
        Assert.Equal("def", second.Requests.Single().Model.ContentHash);
    }

    [Fact]
    public async Task Upscale_TooManyCalls_IsResourceExhausted()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync(fake => fake.Script = async decode =>
        {
            await decode.AcceptAsync();
            await decode.HangAsync();
        });
        await using TestGateway gateway = await TestGateway.StartWithAsync(new() { ["MaxConcurrentCalls"] = "1" }, decoder);
        using AsyncServerStreamingCall<UpscaleResponse> first = gateway.Client.Upscale(
            TestGateway.Request(), cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(await first.ResponseStream.MoveNext(TestContext.Current.CancellationToken).Soon());

        RpcException error = await gateway.FailAsync(TestGateway.Request());

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.NotNull(RpcErrors.RetryDelay(error));
    }
}
