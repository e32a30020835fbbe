using Cvdvae.DecoderHost.Frames;
using Cvdvae.V1;
using Google.Protobuf;
using Xunit;

namespace Cvdvae.DecoderHost.Tests.Frames;

public sealed class FrameOutboxTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public void Add_WithinTheLimit_KeepsEverythingInOrder()
    {
        var outbox = new FrameOutbox(maxPreviewBytes: 1000);
        outbox.Add(new DecodeResponse { Accepted = new DecodeAccepted() });
        outbox.Add(FrameOf(0, 4, 300), isLast: false);
        outbox.Add(FrameOf(1, 4, 300), isLast: false);
        outbox.Add(FrameOf(0, 8, 300), isLast: false);

        Assert.Equal(["accepted", "0@4", "1@4", "0@8"], Drain(outbox));
        Assert.Equal(0, outbox.Dropped);
    }

    [Fact]
    public void Add_OverTheLimit_OldestPreviewsGiveWayToFinerOnesOfTheirSample()
    {
        var outbox = new FrameOutbox(maxPreviewBytes: 1000);
        outbox.Add(FrameOf(0, 4, 300), isLast: false);
        outbox.Add(FrameOf(1, 4, 300), isLast: false);
        outbox.Add(FrameOf(0, 8, 300), isLast: false);
        outbox.Add(FrameOf(1, 8, 300), isLast: false);
        outbox.Add(FrameOf(1, 16, 300), isLast: false);

        Assert.Equal(["0@8", "1@8", "1@16"], Drain(outbox));
        Assert.Equal(2, outbox.Dropped);
    }

    [Fact]
    public void Add_OverTheLimit_FinestOfEachSampleAndLastFramesAndGroupsStay()
    {
        var outbox = new FrameOutbox(maxPreviewBytes: 500);
        for (uint sample = 0; sample < 4; sample++)
        {
            outbox.Add(FrameOf(sample, 4, 300), isLast: false);
        }

        outbox.Add(new DecodeResponse { GroupDecoded = new GroupDecoded() });
        outbox.Add(FrameOf(0, 32, 3000), isLast: true);
        outbox.Add(FrameOf(1, 32, 3000), isLast: true);

        Assert.Equal(["2@4", "3@4", "groupDecoded", "0@32", "1@32"], Drain(outbox));
    }

    [Fact]
    public void TryTake_PreviewsRead_MakesRoomForMore()
    {
        var outbox = new FrameOutbox(maxPreviewBytes: 500);
        outbox.Add(FrameOf(0, 4, 300), isLast: false);
        Assert.True(outbox.TryTake(out _));
        outbox.Add(FrameOf(0, 8, 300), isLast: false);

        Assert.Equal(["0@8"], Drain(outbox));
        Assert.Equal(0, outbox.Dropped);
    }

    [Fact]
    public async Task WaitAsync_MessageAddedLater_Wakes()
    {
        var outbox = new FrameOutbox(500);
        Task<bool> waiting = outbox.WaitAsync(TestContext.Current.CancellationToken).AsTask();
        Assert.False(waiting.IsCompleted);

        outbox.Add(new DecodeResponse());

        Assert.True(await waiting.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.True(outbox.TryTake(out _));
    }

    [Fact]
    public async Task Close_MessagesWaiting_CanStillBeRead()
    {
        var outbox = new FrameOutbox(500);
        outbox.Add(new DecodeResponse { Completed = new DecodeCompleted() });
        outbox.Close();
        outbox.Add(new DecodeResponse());

        while (await outbox.WaitAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken))
        {
            // The signal from before the end.
        }

        Assert.Equal(["completed"], Drain(outbox));
    }

    [Fact]
    public async Task Discard_MessagesWaiting_DropsThemAndEnds()
    {
        var outbox = new FrameOutbox(500);
        outbox.Add(FrameOf(0, 4, 300), isLast: false);
        outbox.Discard();
        outbox.Add(new DecodeResponse());

        while (await outbox.WaitAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken))
        {
            // The signal from before the end.
        }

        Assert.Empty(Drain(outbox));
    }

    private static Frame FrameOf(uint sample, uint resolution, int bytes) =>
        new() { SampleIndex = sample, Resolution = resolution, Image = new Tensor { Data = ByteString.CopyFrom(new byte[bytes]) } };

    private static List<string> Drain(FrameOutbox outbox)
    {
        var messages = new List<string>();
        while (outbox.TryTake(out IMessage message))
        {
            var response = (DecodeResponse)message;
            messages.Add(response.EventCase switch
            {
                DecodeResponse.EventOneofCase.Frame => $"{response.Frame.SampleIndex}@{response.Frame.Resolution}",
                var other => char.ToLowerInvariant($"{other}"[0]) + $"{other}"[1..],
            });
        }

        return messages;
    }
}
