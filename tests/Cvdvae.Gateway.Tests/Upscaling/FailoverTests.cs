using Cvdvae.Gateway.Tests.Fakes;
using Cvdvae.V1;
using Grpc.Core;
using Xunit;

namespace Cvdvae.Gateway.Tests.Upscaling;

public sealed class FailoverTests
{
    private static readonly Dictionary<string, string> Impatient = new()
    {
        ["StatusInterval"] = "00:00:00.05",
        ["StatusTimeout"] = "00:00:00.2",
        ["StatusRetain"] = "00:10:00",
    };

    public enum Death
    {
        Process,
        Stream,
        Refusal,
        EarlyEnd,
    }

    [Theory]
    [InlineData(Death.Process)]
    [InlineData(Death.Stream)]
    [InlineData(Death.Refusal)]
    [InlineData(Death.EarlyEnd)]
    public async Task Upscale_DecoderIsLostMidway_AnotherGoesOnWithoutDuplicates(Death death)
    {
        await using FakeDecoder first = await FakeDecoder.StartAsync();
        await using FakeDecoder second = await FakeDecoder.StartAsync(fake => fake.Status.Load.BacklogSeconds = 20);
        first.Script = async decode =>
        {
            await decode.AcceptAsync();
            await decode.FramesAsync(0, 16);
            await decode.FrameAsync(0, 32);
            await decode.FrameAsync(0, 64);
            await Task.Delay(100);
            switch (death)
            {
                case Death.Process:
                    await first.KillAsync();
                    break;
                case Death.Stream:
                    decode.Context.GetHttpContext().Abort();
                    break;
                case Death.Refusal:
                    throw new RpcException(new Status(StatusCode.Unavailable, "stopping"));
                default:
                    break;
            }
        };
        await using TestGateway gateway = await TestGateway.StartAsync(first, second);
        UpscaleRequest request = TestGateway.Request(samples: 3);
        request.ReportGroups = true;

        List<UpscaleResponse> events = await gateway.UpscaleAsync(request);

        DecodeRequest taken = second.Requests.Single();
        Assert.Equal([(1u, 16u), (2u, 16u)], taken.Samples.Select(sample => (sample.Index, sample.DeliveredResolution)));
        DecodeRequest lost = first.Requests.Single();
        Assert.Equal((lost.Model, lost.Seed, lost.Precision, lost.NoiseVersion), (taken.Model, taken.Seed, taken.Precision, taken.NoiseVersion));
        Assert.Equal((lost.RequestId, lost.Image), (taken.RequestId, taken.Image));
        Assert.Equal(3 * 5, events.Previews().Select(preview => (preview.SampleIndex, preview.Resolution)).Distinct().Count());
        Assert.Equal(3 * 5, events.Previews().Count);
        Assert.Equal([0u, 1u, 2u], events.Results().Select(result => result.SampleIndex).Order());
        Assert.All(events.Results(), result => Assert.Equal(TestModels.Pixels(5, result.SampleIndex, 64), result.Image.Pixels()));
        Assert.Equal(Enumerable.Range(0, 12), events.Where(e => e.GroupDecoded is not null).Select(e => (int)e.GroupDecoded.Group));
        Assert.Equal((64u, CompletionReason.Finished), (events[^1].Completed.ReachedResolution, events[^1].Completed.Reason));
    }

    [Fact]
    public async Task Upscale_DecoderFallsSilentMidway_AnotherGoesOn()
    {
        await using FakeDecoder silent = await FakeDecoder.StartAsync();
        silent.Script = async decode =>
        {
            await decode.AcceptAsync();
            await decode.FramesAsync(0, 16);
            silent.HoldsStatus = true;
            await decode.HangAsync();
        };
        await using FakeDecoder other = await FakeDecoder.StartAsync(fake => fake.Status.Load.BacklogSeconds = 20);
        await using TestGateway gateway = await TestGateway.StartWithAsync(Impatient, silent, other);

        List<UpscaleResponse> events = await gateway.UpscaleAsync(TestGateway.Request());

        Assert.Equal([1u, 4u, 8u, 16u, 32u], events.Previews().Select(preview => preview.Resolution));
        Assert.Single(events.Results());
        Assert.Equal(16u, other.Requests.Single().Samples[0].DeliveredResolution);
        await Waiting.Until(() => silent.Cancelled == 1);
    }

    [Fact]
    public async Task Upscale_DecoderIsSilentBeforeItAdmits_AnotherIsTaken()
    {
        await using FakeDecoder silent = await FakeDecoder.StartAsync();
        silent.Script = decode =>
        {
            silent.HoldsStatus = true;
            return decode.HangAsync();
        };
        await using FakeDecoder other = await FakeDecoder.StartAsync(fake => fake.Status.Load.BacklogSeconds = 20);
        await using TestGateway gateway = await TestGateway.StartWithAsync(Impatient, silent, other);

        Assert.Single((await gateway.UpscaleAsync(TestGateway.Request())).Results());
        Assert.Single(other.Requests);
    }

    [Fact]
    public async Task Upscale_DecoderOwesItsStateButGoesOn_KeepsTheCall()
    {
        await using FakeDecoder busy = await FakeDecoder.StartAsync();
        busy.Script = async decode =>
        {
            await decode.AcceptAsync();
            busy.HoldsStatus = true;
            foreach (uint resolution in (uint[])[1, 4, 8, 16, 32, 64])
            {
                // Often enough that there is always something newer than StatusTimeout.
                for (int i = 0; i < 4; i++)
                {
                    await Task.Delay(100);
                    await decode.GroupAsync(0, resolution);
                }

                await decode.FrameAsync(0, resolution);
            }

            await decode.CompleteAsync(CompletionReason.Finished, 64);
        };
        await using FakeDecoder other = await FakeDecoder.StartAsync(fake => fake.Status.Load.BacklogSeconds = 20);
        await using TestGateway gateway = await TestGateway.StartWithAsync(
            new() { ["StatusInterval"] = "00:00:00.05", ["StatusTimeout"] = "00:00:01", ["StatusRetain"] = "00:10:00" }, busy, other);

        Assert.Single((await gateway.UpscaleAsync(TestGateway.Request())).Results());

        Assert.True(gateway.Pool.Replicas[0].IsDoubted);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task Upscale_OnlyDecoderFallsSilent_IsWaitedFor()
    {
        await using FakeDecoder silent = await FakeDecoder.StartAsync();
        silent.Script = async decode =>
        {
            await decode.AcceptAsync();
            silent.HoldsStatus = true;
            await Task.Delay(1000);
            silent.HoldsStatus = false;
            await decode.FramesAsync(0, 64);
            await decode.CompleteAsync(CompletionReason.Finished, 64);
        };
        await using TestGateway gateway = await TestGateway.StartWithAsync(Impatient, silent);

        Assert.Single((await gateway.UpscaleAsync(TestGateway.Request())).Results());
        Assert.Single(silent.Requests);
    }

    [Fact]
    public async Task Upscale_SecondDecoderSendsOldFrames_TheyAreLeftOut()
    {
        await using FakeDecoder first = await FakeDecoder.StartAsync(fake => fake.Script = async decode =>
        {
            await decode.AcceptAsync();
            await decode.FramesAsync(0, 16);
            throw new RpcException(new Status(StatusCode.Unavailable, "stopping"));
        });
        await using FakeDecoder second = await FakeDecoder.StartAsync(fake => fake.Status.Load.BacklogSeconds = 20);
        second.Script = async decode =>
        {
            await decode.AcceptAsync();
            decode.Request.Samples[0].DeliveredResolution = 0;
            await decode.FramesAsync(0, 64);
            await decode.CompleteAsync(CompletionReason.Finished, 64);
        };
        await using TestGateway gateway = await TestGateway.StartAsync(first, second);

        List<UpscaleResponse> events = await gateway.UpscaleAsync(TestGateway.Request());

        Assert.Equal([1u, 4u, 8u, 16u, 32u], events.Previews().Select(preview => preview.Resolution));
        Assert.Single(events.Results());
    }

    [Fact]
    public async Task Upscale_OnlyDecoderComesBack_GoesOnThere()
    {
        int calls = 0;
        await using FakeDecoder decoder = await FakeDecoder.StartAsync(fake => fake.Script = async decode =>
        {
            if (Interlocked.Increment(ref calls) > 1)
            {
                await decode.RunAsync();
                return;
            }

            await decode.AcceptAsync();
            await decode.FramesAsync(0, 8);
            throw new RpcException(new Status(StatusCode.Unavailable, "neighbour lost"));
        });
        await using TestGateway gateway = await TestGateway.StartAsync(decoder);

        List<UpscaleResponse> events = await gateway.UpscaleAsync(TestGateway.Request());

        Assert.Equal([0u, 8u], decoder.Requests.Select(request => request.Samples[0].DeliveredResolution));
        Assert.Equal(5, events.Previews().Count);
        Assert.NotNull(events[^1].Completed);
    }

    [Fact]
    public async Task Upscale_NobodyTakesOver_FinishedResultsComeBeforeTheError()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync();
        decoder.Script = async decode =>
        {
            await decode.AcceptAsync();
            await decode.FrameAsync(0, 64);
            await Task.Delay(100);
            await decoder.KillAsync();
        };
        await using TestGateway gateway = await TestGateway.StartWithAsync(new() { ["FailoverTimeout"] = "00:00:00.3" }, decoder);
        using AsyncServerStreamingCall<UpscaleResponse> call = gateway.Client.Upscale(
            TestGateway.Request(samples: 2), cancellationToken: TestContext.Current.CancellationToken);
        List<UpscaleResponse> events = [];

        RpcException error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken).Soon())
            {
                events.Add(call.ResponseStream.Current);
            }
        });

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Equal(0u, Assert.Single(events.Results()).SampleIndex);
    }

    [Fact]
    public async Task Upscale_DecoderIsLostAgainAndAgain_IsGivenUp()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync(fake => fake.Script = async decode =>
        {
            await decode.AcceptAsync();
            throw new RpcException(new Status(StatusCode.Unavailable, "again"));
        });
        await using TestGateway gateway = await TestGateway.StartWithAsync(new() { ["MaxFailovers"] = "2" }, decoder);

        RpcException error = await gateway.FailAsync(TestGateway.Request());

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Equal(3, decoder.Requests.Count);
    }

    [Fact]
    public async Task Upscale_OtherDecoderHasAnotherContent_DoesNotTakeOver()
    {
        await using FakeDecoder first = await FakeDecoder.StartAsync(fake => fake.Script = async decode =>
        {
            await decode.AcceptAsync();
            await decode.Context.GetHttpContext().Response.Body.FlushAsync();
            throw new RpcException(new Status(StatusCode.Unavailable, "stopping"));
        });
        await using FakeDecoder second = await FakeDecoder.StartAsync(fake => fake.Status.Precision = "bf16");
        second.Status.Load.BacklogSeconds = 20;
        await using TestGateway gateway = await TestGateway.StartWithAsync(new() { ["FailoverTimeout"] = "00:00:00.3", ["MaxFailovers"] = "1" }, first, second);

        RpcException error = await gateway.FailAsync(TestGateway.Request());

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Empty(second.Requests);
    }
}
