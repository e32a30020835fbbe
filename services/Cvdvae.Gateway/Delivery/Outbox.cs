using System.Threading.Channels;
using Cvdvae.V1;

namespace Cvdvae.Gateway.Delivery;

/// <summary>
/// The events of one call between the decoder, which never waits, and the reader, who may be slow. They leave in the order in which they
/// came. While more bytes wait than are allowed, previews give way, oldest first, to newer images of their samples; nothing else ever does.
/// </summary>
/// <param name="maxWaitingBytes">Bytes that may wait before previews give way.</param>
internal sealed class Outbox(long maxWaitingBytes)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<OutboxItem> _items = [];
    private readonly Dictionary<int, OutboxItem> _newestOfSample = [];
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private long _waitingBytes;
    private int _dropped;
    private bool _completed;

    /// <summary>Bytes that wait or are being written.</summary>
    public long WaitingBytes => Interlocked.Read(ref _waitingBytes);

    /// <summary>Previews that gave way.</summary>
    public int Dropped => Volatile.Read(ref _dropped);

    /// <summary>Puts an event behind those that wait.</summary>
    public void Add(OutboxItem item)
    {
        lock (_lock)
        {
            _items.AddLast(item);
            _waitingBytes += item.Bytes;
            if (item.Sample is int sample)
            {
                _newestOfSample[sample] = item;
            }

            MakeRoom();
        }

        Signal();
    }

    /// <summary>Says that an image is encoded.</summary>
    public void Ready(OutboxItem item, UpscaleResponse message)
    {
        lock (_lock)
        {
            if (!item.IsDropped)
            {
                long bytes = message.CalculateSize();
                _waitingBytes += bytes - item.Bytes;
                (item.Message, item.Bytes) = (message, bytes);
            }
        }

        Signal();
    }

    /// <summary>Says that an image can't be encoded: the reader gets <paramref name="failure"/> in its turn.</summary>
    public void Fail(OutboxItem item, Exception failure)
    {
        lock (_lock)
        {
            item.Failure = failure;
        }

        Signal();
    }

    /// <summary>Lets previews that aren't encoded yet give way to newer images whatever waits: the deadline is near.</summary>
    public void DropUnfinishedPreviews()
    {
        lock (_lock)
        {
            Drop(item => item.Message is null, untilBytes: -1);
        }

        Signal();
    }

    /// <summary>Says that nothing more comes.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _completed = true;
        }

        Signal();
    }

    /// <summary>Waits for the next event to send; null when all were. One reader only, which reports each with <see cref="Sent"/>.</summary>
    public async ValueTask<OutboxItem?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_lock)
            {
                if (_items.First is { Value: var head })
                {
                    if (head.Failure is not null)
                    {
                        throw new InvalidOperationException("An image could not be encoded.", head.Failure);
                    }

                    if (head.Message is not null)
                    {
                        _items.RemoveFirst();
                        return head;
                    }
                }
                else if (_completed)
                {
                    return null;
                }
            }

            await _changed.Reader.ReadAsync(cancellationToken);
        }
    }

    /// <summary>Says that an event was written: its memory is free.</summary>
    public void Sent(OutboxItem item)
    {
        lock (_lock)
        {
            _waitingBytes -= item.Bytes;
        }
    }

    private void MakeRoom()
    {
        if (_waitingBytes > maxWaitingBytes)
        {
            Drop(_ => true, maxWaitingBytes);
        }
    }

    private void Drop(Func<OutboxItem, bool> may, long untilBytes)
    {
        LinkedListNode<OutboxItem>? node = _items.First;
        while (node is not null && _waitingBytes > untilBytes)
        {
            (OutboxItem item, LinkedListNode<OutboxItem>? next) = (node.Value, node.Next);
            if (item.IsPreview && _newestOfSample[item.Sample!.Value] != item && may(item))
            {
                item.IsDropped = true;
                _waitingBytes -= item.Bytes;
                _dropped++;
                _items.Remove(node);
            }

            node = next;
        }
    }

    private void Signal() => _changed.Writer.TryWrite(true);
}
