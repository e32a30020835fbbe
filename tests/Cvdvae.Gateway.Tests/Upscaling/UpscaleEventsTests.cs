using Cvdvae.Gateway.Tests.Fakes;
using Cvdvae.Imaging;
using Cvdvae.V1;
using Xunit;

namespace Cvdvae.Gateway.Tests.Upscaling;

public sealed class UpscaleEventsTests
{
    [Fact]
    public async Task Upscale_FourSamples_EventsAreComplete()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync();
        await using TestGateway gateway = await TestGateway.StartAsync(decoder);

        List<UpscaleResponse> events = await gateway.UpscaleAsync(TestGateway.Request(samples: 4));

        Started started = events[0].Started;
        Assert.Equal(("faces@1", 4u, 16u, 64u), (started.Model, started.Scale, started.InputSize, started.OutputSize));
        Assert.Equal((12u, 8u, 5ul), (started.GroupCount, started.ConditionedGroupCount, started.Seed));
        Assert.Equal([1u, 4u, 8u, 16u, 32u, 64u], started.Resolutions);
        Assert.NotEmpty(started.RequestId);
        List<Preview> previews = events.Previews();
        for (uint sample = 0; sample < 4; sample++)
        {
            Preview[] own = [.. previews.Where(preview => preview.SampleIndex == sample)];
            Assert.Equal([1u, 4u, 8u, 16u, 32u], own.Select(preview => preview.Resolution));
            Assert.All(own, preview => Assert.Equal((preview.Resolution, preview.Resolution), (preview.Image.Width, preview.Image.Height)));
            Assert.All(own, preview => Assert.Equal(TestModels.Pixels(5, sample, preview.Resolution), preview.Image.Pixels()));
        }

        Assert.Equal([0u, 1u, 2u, 3u], events.Results().Select(result => result.SampleIndex).Order());
        Assert.All(events.Results(), result => Assert.Equal(TestModels.Pixels(5, result.SampleIndex, 64), result.Image.Pixels()));
        Completed completed = events[^1].Completed;
        Assert.Equal((64u, CompletionReason.Finished), (completed.ReachedResolution, completed.Reason));
        Assert.Equal((7, 11), (completed.Timings.Queued.ToTimeSpan().Milliseconds, completed.Timings.Device.ToTimeSpan().Milliseconds));
        Assert.Equal([1u, 4u, 8u, 16u, 32u, 64u], completed.Timings.Resolutions.Select(timing => timing.Resolution));
        Assert.True(completed.Timings.Resolutions.Select(timing => timing.Elapsed.ToTimeSpan()).SequenceEqual(
            completed.Timings.Resolutions.Select(timing => timing.Elapsed.ToTimeSpan()).Order()));
        Assert.InRange(completed.Timings.FirstPreview.ToTimeSpan(), TimeSpan.FromTicks(1), completed.Timings.Total.ToTimeSpan());
    }

    [Fact]
    public async Task Upscale_ManySamplesAndCallsAtOnce_EachSampleGoesFromCoarseToFine()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync();
        await using TestGateway gateway = await TestGateway.StartAsync(decoder);

        List<UpscaleResponse>[] calls = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => gateway.UpscaleAsync(TestGateway.Request(samples: 64)))).Soon();

        foreach (List<UpscaleResponse> events in calls)
        {
            Assert.NotNull(events[0].Started);
            Assert.NotNull(events[^1].Completed);
            var last = new Dictionary<uint, uint>();
            foreach (UpscaleResponse message in events.Where(e => e.Preview is not null || e.Result is not null))
            {
                (uint sample, uint side) = message.Preview is { } preview
                    ? (preview.SampleIndex, preview.Resolution)
                    : (message.Result.SampleIndex, message.Result.Image.Width);
                Assert.True(side > last.GetValueOrDefault(sample), $"{side} after {last.GetValueOrDefault(sample)}");
                last[sample] = side;
            }

            Assert.Equal(64, last.Count);
            Assert.All(last.Values, side => Assert.Equal(64u, side));
            Assert.Equal(64 * 7, events.Count - 2 + 64);
        }
    }

    [Theory]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Webp)]
    [InlineData(ImageFormat.RawRgb)]
    public async Task Upscale_Formats_AreThoseAskedFor(ImageFormat format)
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync();
        await using TestGateway gateway = await TestGateway.StartAsync(decoder);
        UpscaleRequest request = TestGateway.Request();
        (request.PreviewFormat, request.ResultFormat, request.Quality) = (format, format, 80);

        List<UpscaleResponse> events = await gateway.UpscaleAsync(request);

        foreach (Image image in events.Previews().Select(preview => preview.Image).Append(events.Results()[0].Image))
        {
            Assert.Equal(format, image.Format);
            if (format == ImageFormat.RawRgb)
            {
                Assert.Equal(image.Width * image.Height * 3, (uint)image.Data.Length);
            }
            else
            {
                RgbImage decoded = ImageCodec.Decode(image.Data.Span, ImageDecodeLimits.Default);
                Assert.Equal((image.Width, image.Height), ((uint)decoded.Width, (uint)decoded.Height));
                byte first = format switch { ImageFormat.Png => 0x89, ImageFormat.Jpeg => 0xFF, _ => (byte)'R' };
                Assert.Equal(first, image.Data[0]);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Upscale_Results_CarryTheirPsnr(bool consistent)
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync();
        await using TestGateway gateway = await TestGateway.StartAsync(decoder);
        UpscaleRequest request = TestGateway.Request(samples: 2);
        request.EnforceConsistency = consistent;
        RgbImage input = ImageCodec.Decode(request.Image.Span, ImageDecodeLimits.Default);

        List<Result> results = (await gateway.UpscaleAsync(request)).Results();

        foreach (Result result in results)
        {
            double expected = LowResolutionPsnr.Of(new RgbImage(64, 64, result.Image.Pixels()), input);
            Assert.Equal(expected, result.LrPsnrDb, 3);
            Assert.Equal(consistent, result.LrPsnrDb > 30);
        }
    }

    [Fact]
    public async Task Upscale_ReportGroups_TellsEachGroupOnce()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync();
        await using TestGateway gateway = await TestGateway.StartAsync(decoder);
        UpscaleRequest request = TestGateway.Request();
        request.ReportGroups = true;

        List<UpscaleResponse> events = await gateway.UpscaleAsync(request);

        GroupDecoded[] groups = [.. events.Where(e => e.GroupDecoded is not null).Select(e => e.GroupDecoded)];
        Assert.Equal(Enumerable.Range(0, 12).Select(group => (uint)group), groups.Select(group => group.Group));
        Assert.Equal(64u, groups[^1].Resolution);
    }

    [Fact]
    public async Task Upscale_PreviewResolutions_GivesOnlyThose()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync();
        await using TestGateway gateway = await TestGateway.StartAsync(decoder);
        UpscaleRequest request = TestGateway.Request();
        request.PreviewResolutions.AddRange([32u, 8u, 8u, 64u]);

        List<UpscaleResponse> events = await gateway.UpscaleAsync(request);

        Assert.Equal([8u, 32u], events.Previews().Select(preview => preview.Resolution));
        Assert.Equal([8u, 32u], decoder.Requests.Single().PreviewResolutions);
        Assert.Single(events.Results());
    }

    [Theory]
    [InlineData(8, 0)]
    [InlineData(32, 1)]
    public async Task Upscale_StopAtResolution_GivesItsPreviewAsTheResult(uint stop, int comparable)
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync();
        await using TestGateway gateway = await TestGateway.StartAsync(decoder);
        UpscaleRequest request = TestGateway.Request();
        (request.StopAtResolution, request.EnforceConsistency) = (stop, true);

        List<UpscaleResponse> events = await gateway.UpscaleAsync(request);

        Result result = Assert.Single(events.Results());
        Assert.Equal((stop, stop), (result.Image.Width, result.Image.Height));
        Assert.Equal(comparable == 1, result.LrPsnrDb > 30);
        Assert.Equal(comparable == 0, result.LrPsnrDb == 0);
        Assert.Equal(stop, events.Previews()[^1].Resolution);
        Assert.Equal((stop, CompletionReason.StoppedAtResolution), (events[^1].Completed.ReachedResolution, events[^1].Completed.Reason));
        Assert.Equal(stop, decoder.Requests.Single().StopAtResolution);
    }

    [Fact]
    public async Task Upscale_Defaults_AreTheModels()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync();
        await using TestGateway gateway = await TestGateway.StartAsync(decoder);
        UpscaleRequest request = new() { Image = TestInput.Png(8) };

        List<UpscaleResponse> events = await gateway.UpscaleAsync(request);

        DecodeRequest sent = decoder.Requests.Single();
        Assert.Equal((0.8f, 0.7f, PixelSampling.Mean), (sent.EncoderTemperature, sent.PriorTemperature, sent.PixelSampling));
        Assert.Equal(("faces", "1", "abc"), (sent.Model.Name, sent.Model.Version, sent.Model.ContentHash));
        Assert.Equal(("fp32", 3u, 8u, 0u), (sent.Precision, sent.NoiseVersion, sent.Scale, sent.StopAtResolution));
        Assert.Null(sent.TimeBudget);
        Assert.Equal([8u, 8u, 3u], sent.Image.Shape);
        Assert.Equal(ImageCodec.Decode(request.Image.Span, ImageDecodeLimits.Default).Pixels, sent.Image.Data.ToByteArray());
        Assert.Equal(sent.Seed, events[0].Started.Seed);
        Assert.Equal((ImageFormat.Png, 8u), (events.Results()[0].Image.Format, events[0].Started.Scale));
    }

    [Fact]
    public async Task Upscale_NoSeed_DrawsAnotherEachTime()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync();
        await using TestGateway gateway = await TestGateway.StartAsync(decoder);
        UpscaleRequest request = new() { Image = TestInput.Png(16) };

        ulong first = (await gateway.UpscaleAsync(request))[0].Started.Seed;
        ulong second = (await gateway.UpscaleAsync(request))[0].Started.Seed;

        Assert.NotEqual(first, second);
        Assert.InRange(first, 0ul, 1ul << 53);
    }

    [Fact]
    public async Task Upscale_DecoderBreaksTheContract_IsInternalAndSaysNothingOfIt()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync(fake => fake.Script = async decode =>
        {
            await decode.AcceptAsync();
            await decode.WriteAsync(new DecodeResponse
            {
                Frame = new Frame { Resolution = 4, Image = new Tensor { Type = TensorType.Uint8, Shape = { 4, 5, 3 } } },
            });
        });
        await using TestGateway gateway = await TestGateway.StartAsync(decoder);

        Grpc.Core.RpcException error = await gateway.FailAsync(TestGateway.Request());

        Assert.Equal(Grpc.Core.StatusCode.Internal, error.StatusCode);
        Assert.DoesNotContain("frame", error.Status.Detail, StringComparison.OrdinalIgnoreCase);
    }
}
