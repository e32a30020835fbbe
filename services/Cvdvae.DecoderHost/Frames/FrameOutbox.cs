using System.Threading.Channels;
using Cvdvae.V1;
using Google.Protobuf;

namespace Cvdvae.DecoderHost.Frames;

/// <summary>
/// What waits to be sent on a call. Adding never waits, so a slow reader holds nobody up. While more than a number of bytes of previews waits, the
/// oldest of those give way for which a finer frame of the same sample waits too; last frames and other messages never do.
/// </summary>
/// <param name="maxPreviewBytes">Bytes of previews that may wait before older ones give way.</param>
internal sealed class FrameOutbox(int maxPreviewBytes)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Entry> _waiting = new();
    private readonly Dictionary<uint, uint> _finestWaiting = [];
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private long _previewBytes;
    private bool _closed;

    /// <summary>Previews that gave way to newer ones.</summary>
    public int Dropped { get; private set; }

    /// <summary>Adds a message; after <see cref="Close"/> it is dropped.</summary>
    public void Add(IMessage message) => Add(new Entry(message, null, 0));

    /// <summary>Adds a frame.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="isLast">Whether it is the sample's last, which always arrives.</param>
    public void Add(Frame frame, bool isLast) =>
        Add(new Entry(new DecodeResponse { Frame = frame }, frame, isLast ? 0 : frame.Image.Data.Length));

    /// <summary>Takes no more messages; those that wait can still be read.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
        }

        _signal.Writer.TryComplete();
    }

    /// <summary>Closes, and drops what waits.</summary>
    public void Discard()
    {
        lock (_gate)
        {
            _waiting.Clear();
            _finestWaiting.Clear();
            _previewBytes = 0;
        }

        Close();
    }

    /// <summary>Takes the oldest message, if there is one.</summary>
    public bool TryTake(out IMessage message)
    {
        lock (_gate)
        {
            if (_waiting.First is not { } first)
            {
                message = null!;
                return false;
            }

            Remove(first);
            message = first.Value.Message;
            return true;
        }
    }

    /// <summary>Waits until there may be a message.</summary>
    /// <returns>False: it is closed; what waits is all there will be.</returns>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellation)
    {
        bool open = await _signal.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false);
        _signal.Reader.TryRead(out _);
        return open;
    }

    /// <summary>Sends what is added, until it is closed and empty.</summary>
    /// <param name="write">Sends a message.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task SendAsync(Func<IMessage, CancellationToken, Task> write, CancellationToken cancellation)
    {
        bool open = true;
        while (open)
        {
            open = await WaitAsync(cancellation).ConfigureAwait(false);
            while (TryTake(out IMessage message))
            {
                await write(message, cancellation).ConfigureAwait(false);
            }
        }
    }

    private void Add(Entry entry)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _waiting.AddLast(entry);
            _previewBytes += entry.PreviewBytes;
            if (entry.Frame is { } frame)
            {
                _finestWaiting[frame.SampleIndex] = Math.Max(frame.Resolution, _finestWaiting.GetValueOrDefault(frame.SampleIndex));
            }

            MakeRoom();
        }

        _signal.Writer.TryWrite(true);
    }

    private void MakeRoom()
    {
        for (LinkedListNode<Entry>? node = _waiting.First, next; node is not null && _previewBytes > maxPreviewBytes; node = next)
        {
            next = node.Next;
            if (node.Value is { PreviewBytes: > 0, Frame: { } frame } && frame.Resolution < _finestWaiting[frame.SampleIndex])
            {
                Remove(node);
                Dropped++;
            }
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _waiting.Remove(node);
        _previewBytes -= node.Value.PreviewBytes;
        if (node.Value.Frame is { } frame && _finestWaiting.GetValueOrDefault(frame.SampleIndex) == frame.Resolution)
        {
            _finestWaiting.Remove(frame.SampleIndex);
        }
    }

    private readonly record struct Entry(IMessage Message, Frame? Frame, int PreviewBytes);
}
