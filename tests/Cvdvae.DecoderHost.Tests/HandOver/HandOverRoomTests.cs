using Cvdvae.DecoderHost.HandOver;
using Xunit;

namespace Cvdvae.DecoderHost.Tests.HandOver;

public sealed class HandOverRoomTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TakeAsync_Full_WaitsForRoomInOrder()
    {
        var room = new HandOverRoom(100);
        await room.TakeAsync(60, Cancellation).WaitAsync(Patience, Cancellation);
        Task second = room.TakeAsync(60, Cancellation);
        Task third = room.TakeAsync(10, Cancellation); // would fit, but is not its turn
        Assert.False(second.IsCompleted);
        Assert.False(third.IsCompleted);

        room.Return(60);

        await Task.WhenAll(second, third).WaitAsync(Patience, Cancellation);
        Assert.Equal(70, room.Taken);
    }

    [Fact]
    public async Task TakeAsync_LargerThanAll_GetsItAlone()
    {
        var room = new HandOverRoom(100);
        await room.TakeAsync(10, Cancellation).WaitAsync(Patience, Cancellation);
        Task large = room.TakeAsync(500, Cancellation);
        Assert.False(large.IsCompleted);

        room.Return(10);

        await large.WaitAsync(Patience, Cancellation);
    }

    [Fact]
    public async Task TakeAsync_Cancelled_LetsTheNextOneIn()
    {
        var room = new HandOverRoom(100);
        await room.TakeAsync(60, Cancellation).WaitAsync(Patience, Cancellation);
        using var left = new CancellationTokenSource();
        Task leaver = room.TakeAsync(60, left.Token);
        Task next = room.TakeAsync(40, Cancellation);

        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaver.WaitAsync(Patience, Cancellation));
        await next.WaitAsync(Patience, Cancellation);
        Assert.Equal(100, room.Taken);
    }

    [Fact]
    public async Task GrantAsync_MoreSamplesThanRoom_GrantsAsSamplesAreDone()
    {
        var room = new HandOverRoom(100);
        using var credit = new HandOverCredit(room, 40);
        uint granted = 0;
        Task granting = credit.GrantAsync(4, count => Interlocked.Add(ref granted, count), Cancellation);
        Assert.Equal(2u, Volatile.Read(ref granted));

        credit.Return(2);

        await granting.WaitAsync(Patience, Cancellation);
        Assert.Equal(4u, Volatile.Read(ref granted));
        Assert.Equal(4, credit.Granted);
    }

    [Fact]
    public async Task Dispose_RoomHeld_GivesItBack()
    {
        var room = new HandOverRoom(100);
        using (var credit = new HandOverCredit(room, 40))
        {
            await credit.GrantAsync(2, _ => { }, Cancellation).WaitAsync(Patience, Cancellation);
            credit.Return(5);
            await credit.GrantAsync(1, _ => { }, Cancellation).WaitAsync(Patience, Cancellation);
            Assert.Equal(40, room.Taken);
        }

        Assert.Equal(0, room.Taken);
    }
}
