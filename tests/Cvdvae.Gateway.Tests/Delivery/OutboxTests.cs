using Cvdvae.Gateway.Delivery;
using Cvdvae.Gateway.Tests.Fakes;
using Cvdvae.V1;
using Google.Protobuf;
using Xunit;

namespace Cvdvae.Gateway.Tests.Delivery;

public sealed class OutboxTests
{
    [Fact]
    public async Task Next_EncodedOutOfOrder_KeepsTheOrder()
    {
        var outbox = new Outbox(1000);
        OutboxItem first = Add(outbox, OutboxItem.Preview(0, 10));
        OutboxItem second = Add(outbox, OutboxItem.Preview(1, 10));
        outbox.Ready(second, Message(1));
        Task<OutboxItem?> next = outbox.NextAsync(TestContext.Current.CancellationToken).AsTask();
        Assert.False(next.IsCompleted);

        outbox.Ready(first, Message(0));

        Assert.Same(first, await next.Soon());
        Assert.Same(second, await outbox.NextAsync(TestContext.Current.CancellationToken));
        outbox.Complete();
        Assert.Null(await outbox.NextAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Add_OverTheLimit_OldestPreviewsGiveWayToNewerOnesOfTheirSample()
    {
        var outbox = new Outbox(100);
        OutboxItem[] first = [.. Enumerable.Range(0, 3).Select(sample => Add(outbox, OutboxItem.Preview(sample, 30)))];

        OutboxItem newer = Add(outbox, OutboxItem.Preview(1, 30));

        Assert.Equal([false, true, false], first.Select(item => item.IsDropped));
        Assert.False(newer.IsDropped);
        Assert.Equal((90, 1), (outbox.WaitingBytes, outbox.Dropped));
    }

    [Fact]
    public void Add_OverTheLimit_ResultsAndTheNewestPreviewsStay()
    {
        var outbox = new Outbox(100);
        OutboxItem[] results = [.. Enumerable.Range(0, 4).Select(sample => Add(outbox, OutboxItem.Result(sample, 60)))];
        OutboxItem[] previews = [.. Enumerable.Range(4, 4).Select(sample => Add(outbox, OutboxItem.Preview(sample, 60)))];

        Assert.All([.. results, .. previews], item => Assert.False(item.IsDropped));
        Assert.Equal(480, outbox.WaitingBytes);
    }

    [Fact]
    public void Add_ResultOfASample_ItsPreviewsGiveWay()
    {
        var outbox = new Outbox(50);
        OutboxItem[] previews = [.. Enumerable.Range(0, 2).Select(_ => Add(outbox, OutboxItem.Preview(0, 20)))];

        Add(outbox, OutboxItem.Result(0, 40));

        Assert.All(previews, preview => Assert.True(preview.IsDropped));
        Assert.Equal(40, outbox.WaitingBytes);
    }

    [Fact]
    public void Add_UnderTheLimit_NothingGivesWay()
    {
        var outbox = new Outbox(60);
        OutboxItem[] previews = [.. Enumerable.Range(0, 3).Select(_ => Add(outbox, OutboxItem.Preview(0, 20)))];

        Assert.All(previews, preview => Assert.False(preview.IsDropped));
    }

    [Fact]
    public async Task Sent_Event_FreesItsMemoryOnlyThen()
    {
        var outbox = new Outbox(1000);
        OutboxItem item = Add(outbox, OutboxItem.Preview(0, 500));
        UpscaleResponse message = Message(0);
        outbox.Ready(item, message);
        Assert.Equal(message.CalculateSize(), outbox.WaitingBytes);

        OutboxItem? next = await outbox.NextAsync(TestContext.Current.CancellationToken);
        Assert.Equal(message.CalculateSize(), outbox.WaitingBytes);
        outbox.Sent(next!);

        Assert.Equal(0, outbox.WaitingBytes);
    }

    [Fact]
    public void Ready_AfterItGaveWay_CountsForNothing()
    {
        var outbox = new Outbox(10);
        OutboxItem old = Add(outbox, OutboxItem.Preview(0, 20));
        Add(outbox, OutboxItem.Preview(0, 20));

        outbox.Ready(old, Message(0));

        Assert.Equal(20, outbox.WaitingBytes);
    }

    [Fact]
    public async Task DropUnfinishedPreviews_NearTheDeadline_LeavesWhatIsEncoded()
    {
        var outbox = new Outbox(1000);
        OutboxItem encoded = Add(outbox, OutboxItem.Preview(0, 20));
        outbox.Ready(encoded, Message(0));
        OutboxItem waiting = Add(outbox, OutboxItem.Preview(0, 20));
        OutboxItem other = Add(outbox, OutboxItem.Preview(1, 20));
        Add(outbox, OutboxItem.Result(0, 20));

        outbox.DropUnfinishedPreviews();

        Assert.Equal((false, true, false), (encoded.IsDropped, waiting.IsDropped, other.IsDropped));
        Assert.Same(encoded, await outbox.NextAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Fail_Image_ThrowsInItsTurn()
    {
        var outbox = new Outbox(1000);
        OutboxItem good = Add(outbox, OutboxItem.Of(Message(0)));
        outbox.Fail(Add(outbox, OutboxItem.Preview(0, 20)), new InvalidDataException("broken"));

        Assert.Same(good, await outbox.NextAsync(TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<InvalidOperationException>(() => outbox.NextAsync(TestContext.Current.CancellationToken).AsTask());
    }

    private static OutboxItem Add(Outbox outbox, OutboxItem item)
    {
        outbox.Add(item);
        return item;
    }

    private static UpscaleResponse Message(uint sample) =>
        new() { Preview = new Preview { SampleIndex = sample, Image = new Image { Data = ByteString.CopyFrom(new byte[33]) } } };
}
