using Cvdvae.Scheduling;
using Cvdvae.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Cvdvae.DecoderHost.Tests.Service;

/// <summary>A stage before that does not do what it should.</summary>
public sealed class ContinueTests(TwoStages two) : IClassFixture<TwoStages>
{
    private const int Width = 32;

    public static TheoryData<string, string> Wrong => new()
    {
        { "map first", "part" },
        { "request twice", "part" },
        { "map that is not needed", "feature_map.resolution" },
        { "sample that is not asked for", "features.sample_index" },
        { "sample twice", "features.sample_index" },
        { "features of another shape", "features.shape" },
        { "features that claim much", "features.shape" },
        { "features of bytes", "features.type" },
        { "pieces of two samples", "features.sample_index" },
        { "pieces out of order", "features.offset" },
        { "dropped that is not asked for", "dropped.sample_indices" },
        { "end too soon", "part" },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Continue_WrongPart_IsRefusedByNameAndFreesAll(string what, string field)
    {
        using AsyncDuplexStreamingCall<ContinueRequest, ContinueResponse> call =
            two.Cluster.NewClient(two.Cluster.AddressOf(1)).Continue(cancellationToken: Cancellation);

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => PlayAsync(call, what));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.StartsWith($"{field}:", error.Status.Detail, StringComparison.Ordinal);
        await two.Cluster.IdleAsync(1);
    }

    [Fact]
    public async Task Continue_SomeSamplesDropped_TheOthersFinish()
    {
        using AsyncDuplexStreamingCall<ContinueRequest, ContinueResponse> call =
            two.Cluster.NewClient(two.Cluster.AddressOf(1)).Continue(cancellationToken: Cancellation);
        await call.RequestStream.WriteAsync(new ContinueRequest { Request = Request() }, Cancellation);
        await CreditAsync(call);
        await call.RequestStream.WriteAsync(new ContinueRequest { Dropped = new SamplesDropped { SampleIndices = { 1 } } }, Cancellation);
        await call.RequestStream.WriteAsync(Features(0), Cancellation);
        await call.RequestStream.CompleteAsync();

        var frames = new List<Frame>();
        DecodeCompleted? completed = null;
        while (await call.ResponseStream.MoveNext(Cancellation).WaitAsync(TestCluster.Patience, Cancellation))
        {
            if (call.ResponseStream.Current.Event?.Frame is { } frame)
            {
                frames.Add(frame);
            }

            completed = call.ResponseStream.Current.Event?.Completed ?? completed;
        }

        Assert.Equal([(0u, 32u)], frames.Select(frame => (frame.SampleIndex, frame.Resolution)));
        Assert.Equal(32u, completed!.ReachedResolution);
        Assert.Equal(0, two.Cluster.Stages[1].GetRequiredService<StageScheduler>().Load.Rows);
    }

    private async Task PlayAsync(AsyncDuplexStreamingCall<ContinueRequest, ContinueResponse> call, string what)
    {
        IClientStreamWriter<ContinueRequest> requests = call.RequestStream;
        var map = new ContinueRequest { FeatureMap = new EncodeResponse { Resolution = 4, FeatureMap = new Tensor() } };
        if (what != "map first")
        {
            await requests.WriteAsync(new ContinueRequest { Request = Request() }, Cancellation);
            await CreditAsync(call);
        }

        ContinueRequest[] parts = what switch
        {
            "map first" or "map that is not needed" => [map],
            "request twice" => [new ContinueRequest { Request = Request() }],
            "sample that is not asked for" => [Features(5)],
            "sample twice" => [Features(0), Features(0)],
            "features of another shape" => [Features(0, shape: [1, Width, 4, 16])],
            "features that claim much" => [Features(0, shape: [1, uint.MaxValue, uint.MaxValue, 8])],
            "features of bytes" => [Features(0, type: TensorType.Uint8, bytes: Width * 64)],
            "pieces of two samples" => [Features(0, bytes: 100), Features(1, bytes: 100)],
            "pieces out of order" => [Features(0, offset: 4, bytes: 100)],
            "dropped that is not asked for" => [new ContinueRequest { Dropped = new SamplesDropped { SampleIndices = { 0, 9 } } }],
            "end too soon" => [Features(0)],
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
        };
        try
        {
            foreach (ContinueRequest part in parts)
            {
                await requests.WriteAsync(part, Cancellation);
            }

            await requests.CompleteAsync();
        }
        catch (RpcException)
        {
            // Refused already: the answer says why.
        }

        while (await call.ResponseStream.MoveNext(Cancellation).WaitAsync(TestCluster.Patience, Cancellation))
        {
            // Until the error.
        }
    }

    /// <summary>Waits until there is room for both samples.</summary>
    private static async Task CreditAsync(AsyncDuplexStreamingCall<ContinueRequest, ContinueResponse> call)
    {
        uint credit = 0;
        while (credit < 2)
        {
            Assert.True(await call.ResponseStream.MoveNext(Cancellation).WaitAsync(TestCluster.Patience, Cancellation));
            credit += call.ResponseStream.Current.Credit?.Samples ?? 0;
        }
    }

    private static ContinueRequest Features(
        uint sample, uint[]? shape = null, TensorType type = TensorType.Float32, int bytes = Width * 64 * sizeof(float), ulong offset = 0) => new()
        {
            Features = new SampleFeatures
            {
                SampleIndex = sample,
                Features = new Tensor { Type = type, Shape = { shape ?? [1, Width, 8, 8] }, Offset = offset, Data = ByteString.CopyFrom(new byte[bytes]) },
            },
        };

    private DecodeRequest Request()
    {
        DecodeRequest request = two.Cluster.Request(0, 2);
        request.Image = null;
        return request;
    }
}
