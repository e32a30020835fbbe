using Cvdvae.Gateway.Tests.Fakes;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Grpc.Core;
using Xunit;

namespace Cvdvae.Gateway.Tests.Upscaling;

public sealed class SlowReaderTests
{
    [Fact]
    public async Task Upscale_ReaderStops_DecoderIsDrainedAndResultsStillCome()
    {
        const int Samples = 64;
        var drained = new TaskCompletionSource();
        await using FakeDecoder decoder = await FakeDecoder.StartAsync(fake =>
        {
            fake.Status.Models[0].Info = TestModels.Info(outputSize: 256);
            fake.Script = async decode =>
            {
                await decode.RunAsync();
                drained.TrySetResult();
            };
        });
        Dictionary<string, string> options = new() { ["MaxWaitingPreviewBytes"] = $"{1 << 20}" };
        await using TestGateway gateway = await TestGateway.StartWithAsync(options, decoder);
        UpscaleRequest request = TestGateway.Request(Samples);
        (request.Image, request.PreviewFormat, request.ResultFormat) = (TestInput.Png(64), ImageFormat.RawRgb, ImageFormat.RawRgb);
        using AsyncServerStreamingCall<UpscaleResponse> call = gateway.Client.Upscale(request, cancellationToken: TestContext.Current.CancellationToken);

        // Nothing is read, and yet the decoder gets rid of some 17 MB.
        await drained.Task.Soon();
        await Task.Delay(200, TestContext.Current.CancellationToken);

        List<UpscaleResponse> events = [];
        while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken).Soon())
        {
            events.Add(call.ResponseStream.Current);
        }

        Assert.NotNull(events[0].Started);
        Assert.Equal(CompletionReason.Finished, events[^1].Completed.Reason);
        Assert.Equal(Samples, events.Results().Select(result => result.SampleIndex).Distinct().Count());
        Assert.Equal(Samples, events.Results().Count);
        Assert.All(events.Results(), result => Assert.Equal(TestModels.Pixels(5, result.SampleIndex, 256), result.Image.Pixels()));
        Assert.InRange(events.Previews().Count, 1, (Samples * 7) - 1);
        foreach (IGrouping<uint, Preview> own in events.Previews().GroupBy(preview => preview.SampleIndex))
        {
            Assert.Equal(own.Select(preview => preview.Resolution).Order(), own.Select(preview => preview.Resolution));
        }
    }

    [Fact]
    public async Task Upscale_ReaderStops_OtherCallsGoOn()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync(fake => fake.Status.Models[0].Info = TestModels.Info(outputSize: 256));
        await using TestGateway gateway = await TestGateway.StartAsync(decoder);
        UpscaleRequest request = TestGateway.Request(64);
        (request.Image, request.PreviewFormat, request.ResultFormat) = (TestInput.Png(64), ImageFormat.RawRgb, ImageFormat.RawRgb);
        using AsyncServerStreamingCall<UpscaleResponse> stopped = gateway.Client.Upscale(request, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(await stopped.ResponseStream.MoveNext(TestContext.Current.CancellationToken).Soon());
        request.SampleCount = 1;

        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress(gateway.Address);
        using AsyncServerStreamingCall<UpscaleResponse> other = new SuperResolutionService.SuperResolutionServiceClient(channel)
            .Upscale(request, cancellationToken: TestContext.Current.CancellationToken);
        int count = 0;
        while (await other.ResponseStream.MoveNext(TestContext.Current.CancellationToken).Soon())
        {
            count++;
        }

        Assert.Equal(1 + 7 + 1 + 1, count);
    }

    [Fact]
    public async Task Upscale_ReadersThatTakeNothing_AreCutOffAndTheirPlacesAreFree()
    {
        const int Places = 4;
        await using FakeDecoder decoder = await FakeDecoder.StartAsync(fake => fake.Status.Models[0].Info = TestModels.Info(outputSize: 64));

        // Raw results of 64x64 pixels are 12 KiB, 1.5 s on the slowest line; 64 of them are more than what lies between the gateway and its reader.
        await using TestGateway gateway = await TestGateway.StartWithAsync(new() { ["MaxConcurrentCalls"] = $"{Places}", ["ReaderPatience"] = "00:00:01" }, decoder);
        UpscaleRequest request = TestGateway.Request(64);
        (request.PreviewFormat, request.ResultFormat) = (ImageFormat.RawRgb, ImageFormat.RawRgb);
        var stalled = new List<AsyncServerStreamingCall<UpscaleResponse>>();
        try
        {
            for (int i = 0; i < Places; i++)
            {
                stalled.Add(gateway.Client.Upscale(request, cancellationToken: TestContext.Current.CancellationToken));
                Assert.True(await stalled[i].ResponseStream.MoveNext(TestContext.Current.CancellationToken).Soon());
            }

            Assert.Equal(StatusCode.ResourceExhausted, (await gateway.FailAsync(TestGateway.Request())).StatusCode);

            await InTime.Until(() => gateway.Logs.Lines.Count(line => line.Event == 321 && line.Text.Contains("the reader took nothing for", StringComparison.Ordinal)) == Places);
            Assert.NotNull((await gateway.UpscaleAsync(TestGateway.Request()))[^1].Completed);
        }
        finally
        {
            stalled.ForEach(call => call.Dispose());
        }
    }

    [Fact]
    public async Task Upscale_ThatLastsTooLong_EndsWithWhatIsFinished()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync(fake => fake.Script = async decode =>
        {
            await decode.AcceptAsync();
            await decode.FrameAsync(0, 1);
            await decode.HangAsync();
        });
        await using TestGateway gateway = await TestGateway.StartWithAsync(new() { ["MaxCallDuration"] = "00:00:01" }, decoder);

        List<UpscaleResponse> events = await gateway.UpscaleAsync(TestGateway.Request());

        Assert.Equal(CompletionReason.Deadline, events[^1].Completed.Reason);
        Assert.Single(events.Results());
    }
}
