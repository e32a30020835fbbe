using Cvdvae.Scheduling;
using Cvdvae.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Cvdvae.DecoderHost.Tests.Service;

/// <summary>Deadlines and cancellation, with feature maps or a device that keep a request where a test wants it.</summary>
public sealed class EarlyEndTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Decode_FineMapsLate_DecodesWhatTheCoarseOnesAllow()
    {
        await using TestCluster cluster = await TestCluster.StartAsync([""]);
        cluster.Encoder.HoldFineMaps();
        using AsyncServerStreamingCall<DecodeResponse> call = cluster.Client.Decode(cluster.Request(0, 1, 1, 1, 4, 8), cancellationToken: Cancellation);
        Assert.Equal(DecodeResponse.EventOneofCase.Accepted, (await NextAsync(call)).EventCase);
        Assert.Equal(1u, (await NextAsync(call)).Frame.Resolution);
        Assert.Equal(4u, (await NextAsync(call)).Frame.Resolution);

        cluster.Encoder.ReleaseFineMaps();

        Assert.Equal(8u, (await NextAsync(call)).Frame.Resolution);
        Assert.Equal(32u, (await NextAsync(call)).Frame.Resolution);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1-8", "16-32")]
    public async Task Decode_DeadlinePasses_EndsWithTheFinestFrameOfEachSample(params string[] stages)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(stages);
        cluster.Encoder.HoldFineMaps();
        DecodeRequest request = Hurried(cluster.Request(0, 3, 1, 1));
        request.Samples[2].DeliveredResolution = 4;

        Decoding decoding = await DecodeUntilAsync(cluster, request, lastGroup: 2);

        Assert.Equal((4u, CompletionReason.Deadline), (decoding.Completed.ReachedResolution, decoding.Completed.Reason));
        Assert.Equal([(0u, 1u), (0u, 4u), (1u, 1u), (1u, 4u)], decoding.Order.Order());
        await cluster.IdleAsync();
    }

    [Theory]
    [InlineData(6u, 5u, 8u)]
    [InlineData(9u, 7u, 16u)]
    public async Task Decode_DeadlineInALaterStage_EndsWithTheFinestFrameOfAnyStage(uint busyGroup, uint lastGroup, uint reached)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(["1-8", "16-32"]);
        cluster.Noise.Close(7, busyGroup);

        Decoding decoding = await DecodeUntilAsync(cluster, Hurried(cluster.Request(0, 1, 7, 1)), lastGroup, cluster.Noise.Reached.Task);

        Assert.Equal((reached, CompletionReason.Deadline), (decoding.Completed.ReachedResolution, decoding.Completed.Reason));
        Assert.Equal([(0u, 1u), (0u, reached)], decoding.Order.Order());
        cluster.Noise.Open();
        await cluster.IdleAsync(0);
        await cluster.IdleAsync(1);
    }

    [Fact]
    public async Task Decode_DeadlineWhileTheDeviceIsBusy_EndsAllTheSame()
    {
        await using TestCluster cluster = await TestCluster.StartAsync([""]);
        cluster.Noise.Close(7, 5);

        Decoding decoding = await DecodeUntilAsync(cluster, Hurried(cluster.Request(0, 1, 7, 4)), lastGroup: 4, cluster.Noise.Reached.Task);

        Assert.Equal((4u, CompletionReason.Deadline), (decoding.Completed.ReachedResolution, decoding.Completed.Reason));
        Assert.Equal([(0u, 4u)], decoding.Order);
        cluster.Noise.Open();
        await cluster.IdleAsync();
        Assert.Equal(5u, cluster.Noise.LastGroup[7]);
    }

    [Fact]
    public async Task Decode_NoTimeAtAll_EndsAtOnceWithNothing()
    {
        await using TestCluster cluster = await TestCluster.StartAsync([""]);
        DecodeRequest request = cluster.Request();
        request.TimeBudget = new Duration();
        cluster.Encoder.HoldFineMaps();

        Decoding decoding = await cluster.DecodeAsync(request);

        Assert.Equal(CompletionReason.Deadline, decoding.Completed.Reason);
        Assert.InRange(decoding.Completed.ReachedResolution, 0u, 4u);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1-8", "16-32")]
    public async Task Decode_TimeForTheFirstFrameOnly_EndsWithIt(params string[] stages)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(stages);
        DecodeRequest request = cluster.Request(0, 2, 7);
        request.TimeBudget = new Duration();
        request.FirstFrameTimeBudget = Duration.FromTimeSpan(TestCluster.Patience);

        Decoding decoding = await cluster.DecodeAsync(request);

        Assert.Equal((1u, CompletionReason.Deadline), (decoding.Completed.ReachedResolution, decoding.Completed.Reason));
        Assert.Equal([(0u, 1u), (1u, 1u)], decoding.Order.Order());
        await cluster.IdleAsync();
    }

    [Fact]
    public async Task Decode_NoFirstFrameInItsTimeEither_EndsWithNothing()
    {
        await using TestCluster cluster = await TestCluster.StartAsync([""]);
        cluster.Noise.Close(7, 0);
        DecodeRequest request = cluster.Request(0, 1, 7);
        request.TimeBudget = new Duration();
        request.FirstFrameTimeBudget = Duration.FromTimeSpan(TimeSpan.FromSeconds(1));

        Decoding decoding = await cluster.DecodeAsync(request);

        Assert.Equal((0u, CompletionReason.Deadline), (decoding.Completed.ReachedResolution, decoding.Completed.Reason));
        cluster.Noise.Open();
        await cluster.IdleAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("1-8", "16-32")]
    public async Task Decode_Cancelled_FreesTheDeviceWithinOneGroup(params string[] stages)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(stages);
        cluster.Noise.Close(7, 3);
        using AsyncServerStreamingCall<DecodeResponse> call = cluster.Client.Decode(cluster.Request(0, 2, 7), cancellationToken: Cancellation);
        await NextAsync(call);
        await cluster.Noise.Reached.Task.WaitAsync(TestCluster.Patience, Cancellation);

        call.Dispose();
        await TestCluster.Eventually(() => cluster.Stages[0].GetRequiredService<CallsProbe>().Ended > 0);
        cluster.Noise.Open();

        for (int stage = 0; stage < stages.Length; stage++)
        {
            await cluster.IdleAsync(stage);
        }

        Assert.Equal(3u, cluster.Noise.LastGroup[7]);
        Decoding other = await cluster.DecodeAsync(cluster.Request(0, 1, 8));
        Assert.Equal([(0u, 32u)], other.Order);
    }

    [Fact]
    public async Task Decode_CancelledInALaterStage_FreesThatToo()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(["1-8", "16-32"]);
        cluster.Noise.Close(7, 7);
        using AsyncServerStreamingCall<DecodeResponse> call = cluster.Client.Decode(cluster.Request(0, 2, 7), cancellationToken: Cancellation);
        await cluster.Noise.Reached.Task.WaitAsync(TestCluster.Patience, Cancellation);

        call.Dispose();
        await TestCluster.Eventually(() => cluster.Stages[1].GetRequiredService<CallsProbe>().Ended > 0);
        cluster.Noise.Open();

        await cluster.IdleAsync(1);
        Assert.Equal(7u, cluster.Noise.LastGroup[7]);
    }

    [Fact]
    public async Task Decode_ReaderThatDoesNotRead_HoldsUpNobodyAndGetsItsResults()
    {
        await using TestCluster cluster = await TestCluster.StartAsync([""], ["Decoder:MaxWaitingPreviewBytes=65536"]);
        using AsyncServerStreamingCall<DecodeResponse> slow = cluster.NewClient().Decode(cluster.Request(0, 128, 1, 1, 4, 8, 16), cancellationToken: Cancellation);
        await NextAsync(slow);
        await cluster.IdleAsync();

        Decoding other = await cluster.DecodeAsync(cluster.Request(1, 1, 2));
        StageLoad load = cluster.Stages[0].GetRequiredService<StageScheduler>().Load;

        Assert.Equal(0, load.Rows);
        Assert.Equal([(0u, 32u)], other.Order);
        var late = new Decoding { Events = { slow.ResponseStream.Current } };
        await late.ReadRestAsync(slow).WaitAsync(TestCluster.Patience, Cancellation);
        Assert.Equal(128, late.Order.Count(frame => frame.Resolution == 32));
    }

    private static DecodeRequest Hurried(DecodeRequest request)
    {
        request.TimeBudget = Duration.FromTimeSpan(TimeSpan.FromMinutes(10));
        request.ReportGroups = true;
        return request;
    }

    /// <summary>Lets the time be up when all samples have run a group and something has happened.</summary>
    private static async Task<Decoding> DecodeUntilAsync(TestCluster cluster, DecodeRequest request, uint lastGroup, Task? happened = null)
    {
        using AsyncServerStreamingCall<DecodeResponse> call = cluster.Client.Decode(request, cancellationToken: Cancellation);
        var decoding = new Decoding();
        while (!decoding.Groups.Contains(lastGroup))
        {
            decoding.Events.Add(await NextAsync(call));
        }

        await (happened ?? Task.CompletedTask).WaitAsync(TestCluster.Patience, Cancellation);
        cluster.Time.Jump(TimeSpan.FromMinutes(10));
        await decoding.ReadRestAsync(call).WaitAsync(TestCluster.Patience, Cancellation);
        return decoding;
    }

    private static async Task<DecodeResponse> NextAsync(AsyncServerStreamingCall<DecodeResponse> call)
    {
        Assert.True(await call.ResponseStream.MoveNext(Cancellation).WaitAsync(TestCluster.Patience, Cancellation));
        return call.ResponseStream.Current;
    }
}
