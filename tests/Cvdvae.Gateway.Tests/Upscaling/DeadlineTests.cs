using Cvdvae.Gateway.Tests.Fakes;
using Cvdvae.V1;
using Grpc.Core;
using Xunit;

namespace Cvdvae.Gateway.Tests.Upscaling;

public sealed class DeadlineTests
{
    // Half of the call: this machine may be busy, and the call has to end within it.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(8);
    private static readonly Dictionary<string, string> WideMargin = new() { ["DeadlineMargin"] = "00:00:04" };

    [Fact]
    public async Task Upscale_DecoderDoesNotEnd_EndsOkWithTheFinestPreviews()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync(fake => fake.Script = async decode =>
        {
            await decode.AcceptAsync();
            await decode.FramesAsync(0, 16);
            await decode.FrameAsync(1, 32);
            await decode.HangAsync();
        });
        await using TestGateway gateway = await TestGateway.StartWithAsync(WideMargin, decoder);

        List<UpscaleResponse> events = await gateway.UpscaleAsync(TestGateway.Request(samples: 2), Deadline);

        Assert.Equal((16u, CompletionReason.Deadline), (events[^1].Completed.ReachedResolution, events[^1].Completed.Reason));
        Assert.Equal([16u, 32u], events.Results().OrderBy(result => result.SampleIndex).Select(result => result.Image.Width));
        Assert.All(events.Results(), result =>
            Assert.Equal(TestModels.Pixels(5, result.SampleIndex, result.Image.Width), result.Image.Pixels()));
        Assert.InRange(decoder.Requests.Single().TimeBudget.ToTimeSpan(), TimeSpan.Zero, Deadline / 2);
        await Waiting.Until(() => decoder.Cancelled == 1);
    }

    [Fact]
    public async Task Upscale_DecoderEndsInTime_UsesItsFinestFrames()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync(fake => fake.Script = async decode =>
        {
            await decode.AcceptAsync();
            await decode.FramesAsync(0, 8);
            await Task.Delay(decode.Request.TimeBudget.ToTimeSpan());
            await decode.FrameAsync(0, 32);
            await decode.CompleteAsync(CompletionReason.Deadline, 32);
        });
        await using TestGateway gateway = await TestGateway.StartWithAsync(WideMargin, decoder);
        UpscaleRequest request = TestGateway.Request();
        request.PreviewResolutions.Add(4);

        List<UpscaleResponse> events = await gateway.UpscaleAsync(request, Deadline);

        // The frame at 32 wasn't asked for as a preview.
        Assert.Equal([4u], events.Previews().Select(preview => preview.Resolution));
        Assert.Equal(32u, Assert.Single(events.Results()).Image.Width);
        Assert.Equal((32u, CompletionReason.Deadline), (events[^1].Completed.ReachedResolution, events[^1].Completed.Reason));
    }

    [Fact]
    public async Task Upscale_ManySamplesAndProjection_EndsOkWithinTheMargin()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync(fake =>
        {
            fake.Status.Models[0].Info = TestModels.Info(outputSize: 256);
            fake.Script = async decode =>
            {
                await decode.AcceptAsync();
                await decode.FramesAsync(0, 128);
                await decode.HangAsync();
            };
        });
        await using TestGateway gateway = await TestGateway.StartWithAsync(new() { ["DeadlineMargin"] = "00:00:05" }, decoder);
        UpscaleRequest request = TestGateway.Request(samples: 64);
        (request.Image, request.EnforceConsistency) = (TestInput.Png(64), true);

        List<UpscaleResponse> events = await gateway.UpscaleAsync(request, TimeSpan.FromSeconds(12));

        Assert.Equal((128u, CompletionReason.Deadline), (events[^1].Completed.ReachedResolution, events[^1].Completed.Reason));
        Assert.Equal(64, events.Results().Count);
    }

    [Fact]
    public async Task Upscale_SomeSamplesReachedNothing_TheOthersHaveResults()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync(fake => fake.Script = async decode =>
        {
            await decode.AcceptAsync();
            await decode.FrameAsync(1, 4);
            await decode.HangAsync();
        });
        await using TestGateway gateway = await TestGateway.StartWithAsync(WideMargin, decoder);

        List<UpscaleResponse> events = await gateway.UpscaleAsync(TestGateway.Request(samples: 2), Deadline);

        Assert.Equal(1u, Assert.Single(events.Results()).SampleIndex);
        Assert.Equal((0u, CompletionReason.Deadline), (events[^1].Completed.ReachedResolution, events[^1].Completed.Reason));
    }

    [Fact]
    public async Task Upscale_NothingReached_IsDeadlineExceeded()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync(fake => fake.Script = async decode =>
        {
            await decode.AcceptAsync();
            await decode.HangAsync();
        });
        await using TestGateway gateway = await TestGateway.StartWithAsync(WideMargin, decoder);

        RpcException error = await gateway.FailAsync(TestGateway.Request(), Deadline);

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        Assert.Contains("no sample had reached a resolution", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upscale_FirstFrameWithinTheMargin_IsTheResult()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync(fake => fake.Script = async decode =>
        {
            await decode.AcceptAsync();
            // Later than a call ends that has an image: its guard fires at a fifth of the margin.
            await Task.Delay(decode.Request.TimeBudget.ToTimeSpan() + (Deadline / 2 * 0.3));
            await decode.FrameAsync(0, 1);
            await decode.CompleteAsync(CompletionReason.Deadline, 1);
        });
        await using TestGateway gateway = await TestGateway.StartWithAsync(WideMargin, decoder);

        List<UpscaleResponse> events = await gateway.UpscaleAsync(TestGateway.Request(), Deadline);

        Assert.Equal(1u, Assert.Single(events.Results()).Image.Width);
        Assert.Equal((1u, CompletionReason.Deadline), (events[^1].Completed.ReachedResolution, events[^1].Completed.Reason));
        DecodeRequest asked = decoder.Requests.Single();
        Assert.InRange(asked.FirstFrameTimeBudget.ToTimeSpan(), asked.TimeBudget.ToTimeSpan() + TimeSpan.FromSeconds(2), Deadline);
    }

    [Fact]
    public async Task Upscale_DecoderSaysNothing_IsDeadlineExceeded()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync(fake => fake.Script = decode => decode.HangAsync());
        await using TestGateway gateway = await TestGateway.StartWithAsync(WideMargin, decoder);

        RpcException error = await gateway.FailAsync(TestGateway.Request(), Deadline);

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        await Waiting.Until(() => decoder.Cancelled == 1);
    }

    [Fact]
    public async Task Upscale_ClientCancels_DecoderIsCancelledAtOnce()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync(fake => fake.Script = async decode =>
        {
            await decode.AcceptAsync();
            await decode.HangAsync();
        });
        await using TestGateway gateway = await TestGateway.StartAsync(decoder);
        using var cancel = new CancellationTokenSource();
        using AsyncServerStreamingCall<UpscaleResponse> call = gateway.Client.Upscale(TestGateway.Request(), cancellationToken: cancel.Token);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken).Soon());

        await cancel.CancelAsync();

        await Waiting.Until(() => decoder.Cancelled == 1);
        await Waiting.Until(() => gateway.Pool.Replicas[0].Calls == 0);
    }
}
