using Cvdvae.Model.Sampling;
using Cvdvae.Scheduling;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Cvdvae.DecoderHost.Tests.Service;

public sealed class RefusalTests(OneStage one) : IClassFixture<OneStage>
{
    private TestCluster Cluster => one.Cluster;

    public static TheoryData<string, StatusCode, string> Wrong => new()
    {
        { "hash", StatusCode.FailedPrecondition, "model.content_hash" },
        { "name", StatusCode.NotFound, "model" },
        { "version", StatusCode.NotFound, "model" },
        { "no model", StatusCode.InvalidArgument, "model.name" },
        { "precision", StatusCode.FailedPrecondition, "precision" },
        { "noise", StatusCode.FailedPrecondition, "noise_version" },
        { "scale 2", StatusCode.InvalidArgument, "scale" },
        { "scale huge", StatusCode.InvalidArgument, "scale" },
        { "no image", StatusCode.InvalidArgument, "image.type" },
        { "image of floats", StatusCode.InvalidArgument, "image.type" },
        { "image of another size", StatusCode.InvalidArgument, "image.shape" },
        { "image that claims much", StatusCode.InvalidArgument, "image.shape" },
        { "image without its end", StatusCode.InvalidArgument, "image.data" },
        { "no samples", StatusCode.InvalidArgument, "samples" },
        { "10,000 samples", StatusCode.InvalidArgument, "samples" },
        { "a sample twice", StatusCode.InvalidArgument, "samples.index" },
        { "delivered 7", StatusCode.InvalidArgument, "samples.delivered_resolution" },
        { "temperature NaN", StatusCode.InvalidArgument, "encoder_temperature" },
        { "temperature -1", StatusCode.InvalidArgument, "prior_temperature" },
        { "temperature infinite", StatusCode.InvalidArgument, "prior_temperature" },
        { "no sampling", StatusCode.InvalidArgument, "pixel_sampling" },
        { "sampling 77", StatusCode.InvalidArgument, "pixel_sampling" },
        { "preview 32", StatusCode.InvalidArgument, "preview_resolutions" },
        { "preview 5", StatusCode.InvalidArgument, "preview_resolutions" },
        { "stop 7", StatusCode.InvalidArgument, "stop_at_resolution" },
        { "budget -1", StatusCode.InvalidArgument, "time_budget" },
        { "budget broken", StatusCode.InvalidArgument, "time_budget" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Decode_WrongRequest_IsRefusedByName(string what, StatusCode status, string field)
    {
        DecodeRequest request = Cluster.Request();
        Spoil(request, what);
        int calls = Cluster.Encoder.Calls;

        RpcException error = await Cluster.RefusedAsync(request);

        Assert.Equal(status, error.StatusCode);
        Assert.StartsWith($"{field}:", error.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(calls, Cluster.Encoder.Calls);
        Assert.Equal(0, Cluster.Stages[0].GetRequiredService<StageScheduler>().Load.Rows);
    }

    [Fact]
    public async Task Decode_LongBudget_IsNone()
    {
        DecodeRequest request = Cluster.Request();
        request.TimeBudget = new Duration { Seconds = 315_576_000_000 };
        request.Precision = "fp32";

        Assert.Equal(CompletionReason.Finished, (await Cluster.DecodeAsync(request)).Completed.Reason);
    }

    [Fact]
    public async Task Decode_MoreSamplesThanRoom_IsRefusedWithRetryAndLoad()
    {
        await using TestCluster cluster = await TestCluster.StartAsync([""], ["Scheduler:MaxRows=64"]);
        cluster.Encoder.HoldFineMaps();
        using AsyncServerStreamingCall<DecodeResponse> first = cluster.Client.Decode(cluster.Request(0, 60), cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(await first.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WaitAsync(TestCluster.Patience, TestContext.Current.CancellationToken));

        RpcException error = await cluster.RefusedAsync(cluster.Request(0, 5));

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.True(RpcErrors.RetryDelay(error) > TimeSpan.Zero);
        DecoderLoad load = RpcErrors.Detail<DecoderLoad>(error)!;
        Assert.Equal((60u, 64u), (load.Samples, load.MaxSamples));
        cluster.Encoder.ReleaseFineMaps();
        Decoding rest = new();
        rest.Events.Add(first.ResponseStream.Current);
        await rest.ReadRestAsync(first).WaitAsync(TestCluster.Patience, TestContext.Current.CancellationToken);
        await cluster.IdleAsync();
        await cluster.DecodeAsync(cluster.Request(0, 5));
    }

    [Fact]
    public async Task Continue_OnTheFirstStage_IsRefused()
    {
        DecodeRequest request = Cluster.Request();
        request.Image = null;
        using AsyncDuplexStreamingCall<ContinueRequest, ContinueResponse> call = Cluster.Client.Continue(cancellationToken: TestContext.Current.CancellationToken);
        await call.RequestStream.WriteAsync(new ContinueRequest { Request = request }, TestContext.Current.CancellationToken);

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WaitAsync(TestCluster.Patience, TestContext.Current.CancellationToken));

        Assert.Equal(StatusCode.FailedPrecondition, error.StatusCode);
    }

    private static void Spoil(DecodeRequest request, string what)
    {
        switch (what)
        {
            case "hash": request.Model.ContentHash = new string('0', 64); break;
            case "name": request.Model.Name = "other"; break;
            case "version": request.Model.Version = "9"; break;
            case "no model": request.Model = null; break;
            case "precision": request.Precision = "bf16"; break;
            case "noise": request.NoiseVersion = PhiloxNoise.Version + 1; break;
            case "scale 2": request.Scale = 2; break;
            case "scale huge": request.Scale = uint.MaxValue; break;
            case "no image": request.Image = null; break;
            case "image of floats": request.Image.Type = TensorType.Float32; break;
            case "image of another size": request.Image.Shape[0] = 9; break;
            case "image that claims much": request.Image.Shape[0] = request.Image.Shape[1] = uint.MaxValue; break;
            case "image without its end": request.Image.Data = ByteString.CopyFrom(new byte[17]); break;
            case "no samples": request.Samples.Clear(); break;
            case "10,000 samples": request.Samples.AddRange(Enumerable.Range(1, 10_000).Select(index => new SampleRequest { Index = (uint)index })); break;
            case "a sample twice": request.Samples.Add(new SampleRequest()); break;
            case "delivered 7": request.Samples[0].DeliveredResolution = 7; break;
            case "temperature NaN": request.EncoderTemperature = float.NaN; break;
            case "temperature -1": request.PriorTemperature = -1; break;
            case "temperature infinite": request.PriorTemperature = float.PositiveInfinity; break;
            case "no sampling": request.PixelSampling = V1.PixelSampling.Unspecified; break;
            case "sampling 77": request.PixelSampling = (V1.PixelSampling)77; break;
            case "preview 32": request.PreviewResolutions.Add(32); break;
            case "preview 5": request.PreviewResolutions.Add(5); break;
            case "stop 7": request.StopAtResolution = 7; break;
            case "budget -1": request.TimeBudget = new Duration { Seconds = -1 }; break;
            case "budget broken": request.TimeBudget = new Duration { Nanos = 2_000_000_000 }; break;
            default: throw new ArgumentOutOfRangeException(nameof(what), what, null);
        }
    }
}
