using System.Collections.Concurrent;
using System.Diagnostics;
using Cvdvae.ServiceDefaults.Observability;
using Cvdvae.V1;
using Xunit;

namespace Cvdvae.DecoderHost.Tests.Service;

public sealed class EventTests(OneStage one, TwoStages two) : IClassFixture<OneStage>, IClassFixture<TwoStages>
{
    public static TheoryData<int> Stages => [1, 2];

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task Decode_AllPreviews_ComeCoarseToFineForEachSample(int stages)
    {
        TestCluster cluster = Cluster(stages);

        Decoding decoding = await cluster.DecodeAsync(cluster.Request(0, 3, 1, 1, 4, 8, 16));

        for (uint sample = 0; sample < 3; sample++)
        {
            Assert.Equal([1u, 4, 8, 16, 32], decoding.Order.Where(frame => frame.Sample == sample).Select(frame => frame.Resolution));
        }

        Assert.All(decoding.Frames, frame => Assert.Equal([frame.Resolution, frame.Resolution, 3], frame.Image.Shape));
        Assert.All(decoding.Frames, frame => Assert.Equal((int)(frame.Resolution * frame.Resolution * 3), frame.Image.Data.Length));
        Assert.Equal(DecodeResponse.EventOneofCase.Completed, decoding.Events[^1].EventCase);
        Assert.True(decoding.Completed.Device.ToTimeSpan() > TimeSpan.Zero);
        Assert.True(decoding.Completed.Load.MaxSamples >= 64);
        Assert.Equal(3u, decoding.Events[0].Accepted.Load.Samples);
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task Decode_SomePreviews_OnlyThose(int stages)
    {
        TestCluster cluster = Cluster(stages);

        Decoding decoding = await cluster.DecodeAsync(cluster.Request(0, 1, 1, 4, 16));

        Assert.Equal([(0u, 4u), (0u, 16u), (0u, 32u)], decoding.Order);
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task Decode_ReportGroups_EachOnceInOrder(int stages)
    {
        TestCluster cluster = Cluster(stages);
        DecodeRequest request = cluster.Request(0, 2);
        request.ReportGroups = true;

        Decoding decoding = await cluster.DecodeAsync(request);

        // 1x1, 4m1, 4x1, 8m4, 8x2, 16m8, 16x1, 32m16, 32x1
        Assert.Equal(Enumerable.Range(0, 10).Select(group => (uint)group), decoding.Groups);
        Assert.Equal([1u, 4, 4, 8, 8, 8, 16, 16, 32, 32], decoding.Events.Where(response => response.GroupDecoded is not null).Select(response => response.GroupDecoded.Resolution));
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(1, 16)]
    [InlineData(2, 4)]
    [InlineData(2, 8)]
    [InlineData(2, 16)]
    public async Task Decode_StopAtResolution_EndsThereWithTheSamePreview(int stages, uint stopAt)
    {
        TestCluster cluster = Cluster(stages);
        Decoding whole = await cluster.DecodeAsync(cluster.Request(0, 2, 9, 1, 4, 8, 16));
        DecodeRequest request = cluster.Request(0, 2, 9, 1, 16);
        request.StopAtResolution = stopAt;

        Decoding decoding = await cluster.DecodeAsync(request);

        Assert.Equal([1u, stopAt], decoding.Order.Where(frame => frame.Sample == 0).Select(frame => frame.Resolution));
        Assert.Equal((stopAt, CompletionReason.StoppedAtResolution), (decoding.Completed.ReachedResolution, decoding.Completed.Reason));
        LevelAssert.SameDraw(whole.Levels(1, stopAt), decoding.Levels(1, stopAt));
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task Decode_StopAtTheOutputSize_IsTheWhole(int stages)
    {
        TestCluster cluster = Cluster(stages);
        DecodeRequest request = cluster.Request();
        request.StopAtResolution = 32;

        Decoding decoding = await cluster.DecodeAsync(request);

        Assert.Equal([(0u, 32u)], decoding.Order);
        Assert.Equal(CompletionReason.Finished, decoding.Completed.Reason);
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task Decode_DeliveredElsewhere_FramesUpToItAreNotSentAgain(int stages)
    {
        TestCluster cluster = Cluster(stages);
        DecodeRequest request = cluster.Request(0, 3, 1, 1, 4, 8, 16);
        request.Samples[1].DeliveredResolution = 4;
        request.Samples[2].DeliveredResolution = 16;

        Decoding decoding = await cluster.DecodeAsync(request);

        Assert.Equal([1u, 4, 8, 16, 32], decoding.Order.Where(frame => frame.Sample == 0).Select(frame => frame.Resolution));
        Assert.Equal([8u, 16, 32], decoding.Order.Where(frame => frame.Sample == 1).Select(frame => frame.Resolution));
        Assert.Equal([32u], decoding.Order.Where(frame => frame.Sample == 2).Select(frame => frame.Resolution));
    }

    [Fact]
    public async Task Decode_InATrace_HasASpanForEachResolutionOfEachStage()
    {
        var spans = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Telemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        using var caller = new Activity("caller");
        caller.Start();

        await two.Cluster.DecodeAsync(two.Cluster.Request(0, 3));

        Activity[] own = [.. spans.Where(span => span.TraceId == caller.TraceId).OrderBy(span => span.GetTagItem("cvdvae.resolution"))];
        Assert.Equal(["decode 1x1", "decode 4x4", "decode 8x8", "decode 16x16", "decode 32x32"], own.Select(span => span.OperationName));
        Assert.All(own, span => Assert.True(span.Duration > TimeSpan.Zero));
    }

    private TestCluster Cluster(int stages) => stages == 1 ? one.Cluster : two.Cluster;
}
