using Cvdvae.FakeService;
using Cvdvae.V1;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Cvdvae.Client.Tests;

/// <summary>Where an image has come, a deadline ends the call well.</summary>
public sealed class DeadlineTests
{
    private static readonly CallSettings Patient = new() { Deadline = TimeSpan.FromMinutes(5) };

    [Fact]
    public async Task Upscale_ServerSaysDeadlineAfterImages_EndsWithTheFinestOfEachSample()
    {
        await using FakeServer server = await ServerAsync(
            Deadline, Preview(0, 1), Preview(2, 1), Preview(1, 1), Preview(0, 4), Preview(1, 4), Preview(1, 32), Preview(0, 8), Result(1, 64));
        using var client = new SuperResolutionClient(server.Address);

        List<UpscaleEvent> events = await client.CollectAsync(Inputs.Request(4), Patient);

        // The result of sample 1 came by itself; sample 3 has reached nothing.
        ResultEvent[] results = [.. events.OfType<ResultEvent>()];
        Assert.Equal([1, 0, 2], results.Select(result => result.SampleIndex));
        Assert.Equal([64, 8, 1], results.Select(result => result.Image.Width));
        Assert.Equal([41.5, 0, 0], results.Select(result => result.LowResolutionPsnr));
        Assert.Equal(events.OfType<PreviewEvent>().Single(preview => preview is { SampleIndex: 0, Resolution: 8 }).Image, results[1].Image);
        CompletedEvent completed = Assert.IsType<CompletedEvent>(events[^1]);
        Assert.Equal((1, CompletionReason.Deadline, true), (completed.ReachedResolution, completed.Reason, completed.EndedByClient));
        Assert.InRange(completed.Timings.FirstPreview, TimeSpan.FromTicks(1), completed.Timings.Total);
        Assert.True(completed.Timings.Total < CallLimits.Limit);
        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero, 0), (completed.Timings.Queued, completed.Timings.Device, completed.Timings.Resolutions.Count));
        Assert.IsType<StartedEvent>(events[0]);
        Assert.Equal(1, server.Upscaler.Calls);
    }

    [Fact]
    public async Task Upscale_DeadlinePassesAfterPreviews_EndsWell()
    {
        await using FakeServer server = await ServerAsync(null, Preview(0, 1), Preview(0, 4));
        using var client = new SuperResolutionClient(server.Address);
        Assert.Equal(StatusCode.Cancelled, await WarmUpAsync(client));

        List<UpscaleEvent> events = await client.CollectAsync(Inputs.Request(1), new CallSettings { Deadline = TimeSpan.FromSeconds(2) });

        Assert.Equal(4, Assert.Single(events.OfType<ResultEvent>()).Image.Width);
        CompletedEvent completed = Assert.IsType<CompletedEvent>(events[^1]);
        Assert.Equal((4, CompletionReason.Deadline, true), (completed.ReachedResolution, completed.Reason, completed.EndedByClient));
        Assert.True(completed.Timings.Total >= TimeSpan.FromSeconds(1.9));
    }

    [Fact]
    public async Task Upscale_OnlyAResultBeforeTheDeadline_EndsWell()
    {
        await using FakeServer server = await ServerAsync(Deadline, Result(0, 64));
        using var client = new SuperResolutionClient(server.Address);

        List<UpscaleEvent> events = await client.CollectAsync(Inputs.Request(2), Patient);

        Assert.Equal([typeof(StartedEvent), typeof(ResultEvent), typeof(CompletedEvent)], events.Select(item => item.GetType()));
        Assert.Equal(64, ((CompletedEvent)events[^1]).ReachedResolution);
    }

    [Fact]
    public async Task Upscale_NothingBeforeTheDeadline_Fails()
    {
        await using FakeServer server = await ServerAsync(Deadline, new UpscaleResponse { GroupDecoded = new() });
        using var client = new SuperResolutionClient(server.Address);

        SuperResolutionException error = await client.FailAsync(Inputs.Request(), Patient);

        Assert.Equal((StatusCode.DeadlineExceeded, "the deadline of 300 s passed before the call ended"), (error.Status, error.Message));
    }

    [Theory]
    [InlineData(StatusCode.Unavailable)]
    [InlineData(StatusCode.Cancelled)]
    [InlineData(StatusCode.ResourceExhausted)]
    [InlineData(StatusCode.Internal)]
    public async Task Upscale_AnotherFailureAfterPreviews_StaysOne(StatusCode status)
    {
        await using FakeServer server = await ServerAsync(status, Preview(0, 1));
        using var client = new SuperResolutionClient(server.Address);

        Assert.Equal(status, (await client.FailAsync(Inputs.Request(), Patient)).Status);
    }

    [Fact]
    public async Task Upscale_ResetByTheServerAfterTheDeadline_CountsAsTheDeadline()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var upscaler = new FakeUpscaler();
        upscaler.Script = async (_, events, _) =>
        {
            await events.WriteAsync(new() { Started = new() });
            await events.WriteAsync(Preview(0, 8));
            time.Advance(TimeSpan.FromHours(2)); // the server's clock was first
            throw new RpcException(new Status(StatusCode.Cancelled, ""));
        };
        await using FakeServer server = await FakeServer.StartAsync(upscaler);
        using var client = new SuperResolutionClient(new SuperResolutionClientOptions { Address = server.Address }, time);

        List<UpscaleEvent> events = await client.CollectAsync(Inputs.Request(1), new CallSettings { Deadline = TimeSpan.FromHours(1) });

        Assert.Equal(CompletionReason.Deadline, Assert.IsType<CompletedEvent>(events[^1]).Reason);
    }

    [Fact]
    public async Task Upscale_DeadlineAfterCompleted_IsNoFailureAndNoSecondEnd()
    {
        await using FakeServer server = await ServerAsync(
            Deadline, Preview(0, 8), Result(0, 64), new UpscaleResponse { Completed = new() { ReachedResolution = 64, Reason = CompletionReason.Finished } });
        using var client = new SuperResolutionClient(server.Address);

        List<UpscaleEvent> events = await client.CollectAsync(Inputs.Request(1), Patient);

        CompletedEvent completed = Assert.Single(events.OfType<CompletedEvent>());
        Assert.Equal((64, CompletionReason.Finished, false), (completed.ReachedResolution, completed.Reason, completed.EndedByClient));
        Assert.Single(events.OfType<ResultEvent>());
    }

    private const StatusCode Deadline = StatusCode.DeadlineExceeded;

    private static UpscaleResponse Preview(int sample, int resolution) =>
        new() { Preview = new() { SampleIndex = (uint)sample, Resolution = (uint)resolution, Image = Picture(resolution) } };

    private static UpscaleResponse Result(int sample, int side) => new() { Result = new() { SampleIndex = (uint)sample, Image = Picture(side), LrPsnrDb = 41.5f } };

    private static Image Picture(int side) =>
        new() { Data = Google.Protobuf.ByteString.CopyFrom(Inputs.Png(side)), Format = ImageFormat.Png, Width = (uint)side, Height = (uint)side };

    /// <summary>A server that begins a call, sends these and ends it so; without a status it waits for the client's end.</summary>
    private static Task<FakeServer> ServerAsync(StatusCode? end, params UpscaleResponse[] sent)
    {
        var upscaler = new FakeUpscaler();
        upscaler.Script = async (_, events, context) =>
        {
            await events.WriteAsync(new() { Started = new() });
            foreach (UpscaleResponse next in sent)
            {
                await events.WriteAsync(next);
            }

            if (end is { } status)
            {
                throw new RpcException(new Status(status, "from the server"));
            }

            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        return FakeServer.StartAsync(upscaler);
    }

    /// <summary>The first call of a process takes long; it is left once its previews are there.</summary>
    private static async Task<StatusCode> WarmUpAsync(SuperResolutionClient client)
    {
        await foreach (UpscaleEvent item in client.UpscaleAsync(Inputs.Request(1), Patient, TestContext.Current.CancellationToken))
        {
            if (item is PreviewEvent { Resolution: 4 })
            {
                return StatusCode.Cancelled;
            }
        }

        return StatusCode.OK;
    }
}
