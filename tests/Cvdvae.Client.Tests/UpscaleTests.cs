using Cvdvae.FakeService;
using Cvdvae.V1;
using Xunit;

namespace Cvdvae.Client.Tests;

public sealed class UpscaleTests
{
    [Fact]
    public async Task Upscale_TwoSamples_GivesTheEventsInTheContractsOrder()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        using var client = new SuperResolutionClient(server.Address);

        List<UpscaleEvent> events = await client.CollectAsync(Inputs.Request());

        StartedEvent started = Assert.IsType<StartedEvent>(events[0]);
        Assert.Equal(("fake-64@1.2", 4, 16, 64, 13, 7, 5UL), (started.Model, started.Scale, started.InputSize, started.OutputSize, started.GroupCount, started.ConditionedGroupCount, started.Seed));
        Assert.Equal([1, 4, 8, 16, 32, 64], started.Resolutions);
        Assert.Equal("made-by-the-server", started.RequestId);
        foreach (int sample in (int[])[0, 1])
        {
            PreviewEvent[] previews = [.. events.OfType<PreviewEvent>().Where(preview => preview.SampleIndex == sample)];
            Assert.Equal([1, 4, 8, 16, 32], previews.Select(preview => preview.Resolution));
            Assert.All(previews, preview => Assert.Equal((preview.Resolution, preview.Resolution, ImageFormat.Png), (preview.Image.Width, preview.Image.Height, preview.Image.Format)));
            ResultEvent result = Assert.Single(events.OfType<ResultEvent>(), result => result.SampleIndex == sample);
            Assert.Equal((64, 41.5), (result.Image.Width, result.LowResolutionPsnr));
            Assert.True(result.Image.Data.Length > 100);
        }

        CompletedEvent completed = Assert.IsType<CompletedEvent>(events[^1]);
        Assert.Equal((64, CompletionReason.Finished), (completed.ReachedResolution, completed.Reason));
        Assert.Equal(TimeSpan.FromMilliseconds(5), completed.Timings.FirstPreview);
        Assert.Equal((64, TimeSpan.FromMilliseconds(69)), completed.Timings.Resolutions[^1]);
        Assert.Empty(events.OfType<GroupDecodedEvent>());
        Assert.Equal(0, server.Upscaler.Cancelled);
    }

    [Fact]
    public async Task Upscale_ReportGroups_GivesEachGroupOnce()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        using var client = new SuperResolutionClient(server.Address);
        UpscaleRequest request = Inputs.Request();
        request.ReportGroups = true;

        List<UpscaleEvent> events = await client.CollectAsync(request);

        Assert.Equal(Enumerable.Range(0, 13), events.OfType<GroupDecodedEvent>().Select(group => group.Group));
    }

    [Fact]
    public async Task Upscale_Settings_GoWithTheCall()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        using var client = new SuperResolutionClient(new SuperResolutionClientOptions { Address = server.Address, ApiKey = "of-the-client", Deadline = TimeSpan.FromHours(1) });

        List<UpscaleEvent> events = await client.CollectAsync(Inputs.Request(), new CallSettings { RequestId = "mine:1", ApiKey = "of-the-call", Deadline = TimeSpan.FromMinutes(2) });

        Assert.Equal("mine:1", Assert.IsType<StartedEvent>(events[0]).RequestId);
        Assert.Equal("of-the-call", server.Upscaler.Headers!.GetValue("x-api-key"));
        Assert.InRange(server.Upscaler.Deadline, DateTime.UtcNow + TimeSpan.FromMinutes(1), DateTime.UtcNow + TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task Upscale_NoDeadline_SendsNone()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        using var client = new SuperResolutionClient(new SuperResolutionClientOptions { Address = server.Address, ApiKey = "of-the-client" });

        await client.CollectAsync(Inputs.Request());

        Assert.Equal(DateTime.MaxValue, server.Upscaler.Deadline);
        Assert.Equal("of-the-client", server.Upscaler.Headers!.GetValue("x-api-key"));
        Assert.Null(server.Upscaler.Headers!.GetValue("x-request-id"));
    }

    [Fact]
    public async Task Upscale_LeftEarly_CancelsTheCall()
    {
        await using FakeServer server = await FakeServer.StartAsync(new FakeUpscaler { Pace = TimeSpan.FromMilliseconds(200) });
        using var client = new SuperResolutionClient(server.Address);

        await foreach (UpscaleEvent item in client.UpscaleAsync(Inputs.Request(), stop: TestContext.Current.CancellationToken))
        {
            if (item is PreviewEvent)
            {
                break;
            }
        }

        await EventuallyAsync(() => server.Upscaler.Cancelled == 1);
    }

    [Fact]
    public async Task Upscale_Cancelled_ThrowsOperationCanceled()
    {
        await using FakeServer server = await FakeServer.StartAsync(new FakeUpscaler { Pace = TimeSpan.FromMilliseconds(200) });
        using var client = new SuperResolutionClient(server.Address);
        using var stop = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (UpscaleEvent item in client.UpscaleAsync(Inputs.Request(), stop: stop.Token))
            {
                await stop.CancelAsync();
            }
        }).WaitAsync(CallLimits.Limit, TestContext.Current.CancellationToken);

        await EventuallyAsync(() => server.Upscaler.Cancelled == 1);
    }

    [Fact]
    public async Task Upscale_LargeResult_IsReceived()
    {
        var upscaler = new FakeUpscaler();
        upscaler.Script = async (_, events, _) =>
        {
            await events.WriteAsync(new() { Started = new() });
            await events.WriteAsync(new() { Result = new() { Image = new() { Data = Google.Protobuf.ByteString.CopyFrom(new byte[10 << 20]) } } });
            await events.WriteAsync(new() { Completed = new() });
        };
        await using FakeServer server = await FakeServer.StartAsync(upscaler);
        using var client = new SuperResolutionClient(server.Address);
        using var small = new SuperResolutionClient(new SuperResolutionClientOptions { Address = server.Address, MaxMessageBytes = 1 << 20 });

        Assert.Equal(10 << 20, (await client.CollectAsync(Inputs.Request())).OfType<ResultEvent>().Single().Image.Data.Length);
        Assert.Equal(
            Grpc.Core.StatusCode.ResourceExhausted,
            (await Assert.ThrowsAsync<MessageTooLargeException>(() => small.CollectAsync(Inputs.Request()))).Status);
    }

    [Fact]
    public async Task ListModels_Always_GivesModelsAndLimits()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        using var client = new SuperResolutionClient(server.Address);

        ListModelsResponse models = await client.ListModelsAsync(stop: TestContext.Current.CancellationToken).WaitAsync(CallLimits.Limit, TestContext.Current.CancellationToken);

        Assert.Equal("fake-64", Assert.Single(models.Models).Name);
        Assert.Equal(64u, models.Limits.MaxSamples);
    }

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(CallLimits.Limit);
        while (!condition())
        {
            await Task.Delay(20, limit.Token);
        }
    }
}
