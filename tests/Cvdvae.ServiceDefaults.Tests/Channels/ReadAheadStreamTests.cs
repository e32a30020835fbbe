using Cvdvae.ServiceDefaults.Channels;
using Xunit;

namespace Cvdvae.ServiceDefaults.Tests.Channels;

public sealed class ReadAheadStreamTests
{
    private static readonly byte[] Bytes = [.. Enumerable.Range(0, 1_000_000).Select(i => (byte)(i % 251))];

    [Theory]
    [InlineData(1000)]
    [InlineData(16384)]
    [InlineData(500_000)]
    public async Task ReadAsync_PiecesOfAnySize_GiveAllBytesInOrderByFewReads(int piece)
    {
        var inner = new CountingStream();
        await using var stream = new ReadAheadStream(inner);
        var read = new MemoryStream();
        var buffer = new byte[piece];

        for (int count; (count = await stream.ReadAsync(buffer, TestContext.Current.CancellationToken)) > 0;)
        {
            read.Write(buffer, 0, count);
        }

        Assert.Equal(Bytes, read.ToArray());
        Assert.InRange(inner.Reads, 2, 6);
    }

    [Fact]
    public void Read_AsReadAsync()
    {
        var inner = new CountingStream();
        using var stream = new ReadAheadStream(inner);
        var read = new MemoryStream();

        stream.CopyTo(read, 3000);

        Assert.Equal(Bytes, read.ToArray());
        Assert.InRange(inner.Reads, 2, 6);
    }

    [Fact]
    public async Task ReadAsync_NoBytes_AsksTheConnectionOnlyWhenNothingIsAhead()
    {
        var inner = new CountingStream();
        await using var stream = new ReadAheadStream(inner);

        Assert.Equal(0, await stream.ReadAsync(Memory<byte>.Empty, TestContext.Current.CancellationToken));
        Assert.Equal(1, inner.Reads);
        Assert.Equal(9, await stream.ReadAsync(new byte[9], TestContext.Current.CancellationToken));
        Assert.Equal(0, await stream.ReadAsync(Memory<byte>.Empty, TestContext.Current.CancellationToken));
        Assert.Equal(2, inner.Reads);
    }

    [Fact]
    public async Task WriteAsync_PassesOnAtOnce()
    {
        var inner = new MemoryStream();
        await using var stream = new ReadAheadStream(inner);

        await stream.WriteAsync(new byte[] { 1, 2 }, TestContext.Current.CancellationToken);
        stream.Write([3]);

        Assert.Equal([1, 2, 3], inner.ToArray());
    }

    [Fact]
    public void Dispose_ClosesTheConnection()
    {
        var inner = new MemoryStream();

        new ReadAheadStream(inner).Dispose();

        Assert.False(inner.CanRead);
    }

    private sealed class CountingStream() : MemoryStream(Bytes)
    {
        public int Reads { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            Reads++;
            return base.Read(buffer);
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Reads++;
            int count = Math.Min(buffer.Length, (int)(Length - Position));
            Bytes.AsMemory((int)Position, count).CopyTo(buffer);
            Position += count;
            return ValueTask.FromResult(count);
        }
    }
}
