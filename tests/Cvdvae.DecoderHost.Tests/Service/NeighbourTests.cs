using Cvdvae.Scheduling;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Cvdvae.DecoderHost.Tests.Service;

/// <summary>What depends on the encoder and on the other stages.</summary>
public sealed class NeighbourTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Status_TwoStages_OffersTheModelWithAllOfItsResolutions()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(["1-8", "16-32"]);

        GetDecoderStatusResponse first = await cluster.Client.GetDecoderStatusAsync(new GetDecoderStatusRequest(), cancellationToken: Cancellation);
        GetDecoderStatusResponse second = await cluster.NewClient(cluster.AddressOf(1)).GetDecoderStatusAsync(new GetDecoderStatusRequest(), cancellationToken: Cancellation);

        Assert.True(first.FirstStage);
        Assert.False(second.FirstStage);
        Assert.Equal(("1-8", "16-32"), (first.Stages, second.Stages));
        Assert.Equal(("fp32", 1u), (first.Precision, first.NoiseVersion));
        ModelInfo info = Assert.Single(first.Models).Info;
        Assert.Equal(cluster.Encoder.PinOf("tiny"), new ModelPin { Name = info.Name, Version = info.Version, ContentHash = info.ContentHash });
        Assert.Equal([1u, 4, 8, 16, 32], info.Resolutions.Select(resolution => resolution.Resolution));
        Assert.Equal([1u, 2, 3, 2, 2], info.Resolutions.Select(resolution => resolution.GroupCount));
        Assert.Equal([true, true, true, true, false], info.Resolutions.Select(resolution => resolution.HasPreviewPsnrDb));
        Assert.Equal((4u, 8u, 6u), (info.Scales[0].Scale, info.Scales[0].InputSize, info.Scales[0].ConditionedGroupCount));
        Assert.Equal((32u, 10u), (info.OutputSize, info.GroupCount));
        Assert.True(first.Models[0].SecondsPerSample > second.Models[0].SecondsPerSample);
        Assert.True(second.Models[0].SecondsPerSample > 0);
        Assert.Equal(256u, first.Load.MaxSamples);
    }

    [Fact]
    public async Task Decode_EncoderAndStages_AreAskedForNoMoreThanTheRequestNeeds()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(["1-4", "8-32"]);
        await cluster.DecodeAsync(cluster.Request());
        Assert.Equal([1u, 4, 8], cluster.Encoder.Asked);

        DecodeRequest stopped = cluster.Request();
        stopped.StopAtResolution = 4;
        await cluster.DecodeAsync(stopped);
        Assert.Equal([1u, 4], cluster.Encoder.Asked);
    }

    [Fact]
    public async Task Health_EncoderWithoutTheModel_IsNotServing()
    {
        await using TestCluster cluster = await TestCluster.StartAsync([""]);
        using GrpcChannel channel = GrpcChannel.ForAddress(cluster.Address);
        var health = new Health.HealthClient(channel);
        async Task<bool> Serves() => (await health.CheckAsync(new HealthCheckRequest { Service = "cvdvae.v1.DecoderService" }, cancellationToken: Cancellation)).Status == HealthCheckResponse.Types.ServingStatus.Serving;
        Assert.True(await Serves());

        cluster.Encoder.SaysSo = false;

        while (await Serves())
        {
            await Task.Delay(20, Cancellation);
        }

        Assert.Empty((await cluster.Client.GetDecoderStatusAsync(new GetDecoderStatusRequest(), cancellationToken: Cancellation)).Models);
    }

    [Fact]
    public async Task Status_ModelThatTheStageDoesNotFit_IsNotOffered()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(["1-32"]);
        SmallModel.CreateFolder(Path.Combine(cluster.Models, "small"));
        cluster.Encoder.Add(Path.Combine(cluster.Models, "small"));
        TinyModel.CreateFolder(Path.Combine(cluster.Models, "tiny-2"), version: "2");
        cluster.Encoder.Add(Path.Combine(cluster.Models, "tiny-2"));

        // The encoder has version 2 alone now, so that this comes last.
        IEnumerable<DecoderModel> models = [];
        while (!models.Any(model => model.Info.Version == "2"))
        {
            models = (await cluster.Client.GetDecoderStatusAsync(new GetDecoderStatusRequest(), cancellationToken: Cancellation)).Models;
            await Task.Delay(20, Cancellation);
        }

        Assert.Equal(["tiny"], models.Select(model => model.Info.Name));
    }

    [Fact]
    public async Task Decode_TwoScalesAtOnce_BothFinish()
    {
        await using TestCluster cluster = await TestCluster.StartAsync([""]);
        SmallModel.CreateFolder(Path.Combine(cluster.Models, "small"));
        cluster.Encoder.Add(Path.Combine(cluster.Models, "small"));
        while ((await cluster.Client.GetDecoderStatusAsync(new GetDecoderStatusRequest(), cancellationToken: Cancellation)).Models.Count < 2)
        {
            await Task.Delay(20, Cancellation);
        }

        GetDecoderStatusResponse status = await cluster.Client.GetDecoderStatusAsync(new GetDecoderStatusRequest(), cancellationToken: Cancellation);
        Assert.Equal("Noise. Nothing else[2J", status.Models.Single(model => model.Info.Name == "small").Info.Description);
        Assert.Empty(status.Models.Single(model => model.Info.Name == "tiny").Info.Description);

        Task<Decoding>[] decodings = [.. Enumerable.Range(0, 8).Select(index => cluster.DecodeAsync(SmallRequest(cluster, index % 2 == 0 ? 2u : 4u, (ulong)index)))];

        Assert.All(await Task.WhenAll(decodings), decoding => Assert.Equal([(0u, 4u), (0u, 16u)], decoding.Order));
    }

    [Theory]
    [InlineData("1-32")]
    [InlineData("1-4", "8-32")]
    public async Task Decode_MapsThatStayAtTheEncoder_GiveTheSame(params string[] stages)
    {
        await using TestCluster usual = await TestCluster.StartAsync(stages);
        await using TestCluster cluster = await TestCluster.StartAsync(stages, ["Encoder:LargestMapAtOnce=0"]);

        Decoding expected = await usual.DecodeAsync(usual.Request(0, 3, 5, 1, 4, 8, 16));
        Decoding decoding = await cluster.DecodeAsync(cluster.Request(0, 3, 5, 1, 4, 8, 16));

        Assert.Equal(15, decoding.Frames.Count());
        Assert.All(expected.Frames, frame => Assert.Equal(frame.Image.Data.ToByteArray(), decoding.Levels(frame.SampleIndex, frame.Resolution)));
        await cluster.IdleAsync();
    }

    [Theory]
    [InlineData(2, 4)]
    [InlineData(2, 1)]
    [InlineData(1, 8)]
    [InlineData(1, 8, "Encoder:LargestMapAtOnce=0")]
    public async Task Decode_EncoderIsLostMidway_AsksAgainForWhatIsMissing(int losses, int resolution, params string[] settings)
    {
        await using TestCluster cluster = await TestCluster.StartAsync([""], settings);
        Decoding expected = await cluster.DecodeAsync(cluster.Request(seed: 5));
        int pieces = 0;

        // The coarsest map is a single piece; of the others one piece has come before the loss.
        cluster.Encoder.Spoil = map => map.Resolution == resolution && (resolution == 1 || ++pieces % 2 == 0) && cluster.Encoder.Calls <= 1 + losses
            ? throw new RpcException(new Status(StatusCode.Unavailable, "the service is stopping"))
            : map;

        Decoding decoding = await cluster.DecodeAsync(cluster.Request(seed: 5));

        Assert.Equal(1 + losses + 1, cluster.Encoder.Calls);
        Assert.Equal(new[] { 1u, 4u, 8u }.Where(asked => asked >= resolution), cluster.Encoder.Asked);
        Assert.Equal(expected.Order, decoding.Order);
        Assert.Equal(expected.Frames.Last().Image, decoding.Frames.Last().Image);
    }

    [Fact]
    public async Task Decode_EncoderIsLostAgainAndAgain_IsUnavailable()
    {
        await using TestCluster cluster = await TestCluster.StartAsync([""]);
        cluster.Encoder.Spoil = _ => throw new RpcException(new Status(StatusCode.Unavailable, "the service is stopping"));

        RpcException error = await cluster.RefusedAsync(cluster.Request());

        Assert.Equal((StatusCode.Unavailable, 4), (error.StatusCode, cluster.Encoder.Calls));
        await cluster.IdleAsync();
    }

    [Fact]
    public async Task Decode_EncoderIsLostAfterMapsForTheNextStage_IsUnavailableAtOnce()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(["1-4", "8-32"]);
        int pieces = 0;
        cluster.Encoder.Spoil = map => map.Resolution == 8 && ++pieces == 2 ? throw new RpcException(new Status(StatusCode.Unavailable, "gone")) : map;

        RpcException error = await cluster.RefusedAsync(cluster.Request());

        Assert.Equal((StatusCode.Unavailable, 1), (error.StatusCode, cluster.Encoder.Calls));
        await cluster.IdleAsync(0);
        await cluster.IdleAsync(1);
    }

    [Theory]
    [InlineData("gone", StatusCode.FailedPrecondition)]
    [InlineData("other resolution", StatusCode.Internal)]
    [InlineData("other shape", StatusCode.Internal)]
    [InlineData("nothing", StatusCode.Internal)]
    public async Task Decode_EncoderThatFails_EndsWithAClearStatusAndFreesAll(string how, StatusCode status)
    {
        await using TestCluster cluster = await TestCluster.StartAsync([""]);
        DecodeRequest request = cluster.Request();
        cluster.Encoder.Spoil = how switch
        {
            "other resolution" => map => { map.Resolution++; return map; },
            "other shape" => map => { map.FeatureMap.Shape[1] = 3; return map; },
            "nothing" => _ => null,
            _ => map => map,
        };
        if (how == "gone")
        {
            TinyModel.CreateFolder(Path.Combine(cluster.Models, "elsewhere"), licence: "another");
            cluster.Encoder.Add(Path.Combine(cluster.Models, "elsewhere"));
        }

        RpcException error = await cluster.RefusedAsync(request);

        Assert.Equal(status, error.StatusCode);
        await cluster.IdleAsync();
    }

    [Fact]
    public async Task Decode_LaterStageFull_PassesItsRefusalOnAndFreesTheFirst()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(["1-8", "16-32"]);
        StageScheduler later = cluster.Stages[1].GetRequiredService<StageScheduler>();
        cluster.Noise.Close(7, 6);
        using AsyncServerStreamingCall<DecodeResponse> busy = cluster.Client.Decode(cluster.Request(0, 200, 7), cancellationToken: Cancellation);
        await cluster.Noise.Reached.Task.WaitAsync(TestCluster.Patience, Cancellation);
        await cluster.IdleAsync(0);

        RpcException error = await cluster.RefusedAsync(cluster.Request(0, 100, 8));

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.Equal(200u, ServiceDefaults.Errors.RpcErrors.Detail<DecoderLoad>(error)!.Samples);
        Assert.Equal(200, later.Load.Rows);
        await cluster.IdleAsync(0);
        cluster.Noise.Open();
        Decoding decoding = await Decoding.ReadAsync(busy).WaitAsync(TestCluster.Patience, Cancellation);
        Assert.Equal(200, decoding.Order.Count);
    }

    [Fact]
    public async Task Decode_LittleRoomInTheLaterStage_SamplesGoOverAsRoomComes()
    {
        // The features of a sample at 8x8 are 8 KiB; room for a MiB is room for 128 of them.
        await using TestCluster cluster = await TestCluster.StartAsync(["1-8", "16-32"], ["Decoder:HandOverBytes=1048576"]);
        cluster.Noise.Close(7, 6);
        Task<Decoding> decoding = cluster.DecodeAsync(cluster.Request(0, 200, 7));
        await cluster.Noise.Reached.Task.WaitAsync(TestCluster.Patience, Cancellation);
        StageScheduler first = cluster.Stages[0].GetRequiredService<StageScheduler>();
        await TestCluster.Eventually(() => first.Load.Rows <= 72);
        await Task.Delay(100, Cancellation);

        Assert.Equal(72, first.Load.Rows);
        cluster.Noise.Open();
        Assert.Equal(200, (await decoding).Order.Count);
        await cluster.IdleAsync(0);
        await cluster.IdleAsync(1);
    }

    private static DecodeRequest SmallRequest(TestCluster cluster, uint scale, ulong seed)
    {
        DecodeRequest request = cluster.Request(0, 1, seed, 4);
        request.Model = cluster.Encoder.PinOf("small");
        request.Scale = scale;
        uint side = 16 / scale;
        request.Image = new Tensor { Type = TensorType.Uint8, Shape = { side, side, 3 }, Data = Google.Protobuf.ByteString.CopyFrom(new byte[side * side * 3]) };
        return request;
    }
}
