namespace Cvdvae.DecoderHost.HandOver;

/// <summary>
/// Memory for features that come from the stage before. Calls take room in the order in which they asked; a sample that is larger than all of it gets
/// it when nothing else is there.
/// </summary>
/// <param name="capacity">Bytes.</param>
internal sealed class HandOverRoom(long capacity)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<(long Bytes, TaskCompletionSource Granted)> _waiting = new();
    private long _taken;

    /// <summary>Bytes that are taken.</summary>
    public long Taken
    {
        get
        {
            lock (_gate)
            {
                return _taken;
            }
        }
    }

    /// <summary>Takes room, when there is some.</summary>
    public async Task TakeAsync(long bytes, CancellationToken cancellation)
    {
        LinkedListNode<(long Bytes, TaskCompletionSource Granted)> node;
        lock (_gate)
        {
            if (_waiting.Count == 0 && Fits(bytes))
            {
                _taken += bytes;
                return;
            }

            node = _waiting.AddLast((bytes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
        }

        using CancellationTokenRegistration registration = cancellation.Register(() => Leave(node, cancellation));
        await node.Value.Granted.Task.ConfigureAwait(false);
    }

    /// <summary>Gives room back.</summary>
    public void Return(long bytes)
    {
        lock (_gate)
        {
            _taken -= bytes;
            Grant();
        }
    }

    private bool Fits(long bytes) => _taken == 0 || _taken + bytes <= capacity;

    private void Leave(LinkedListNode<(long Bytes, TaskCompletionSource Granted)> node, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (node.List is not null)
            {
                _waiting.Remove(node);
                node.Value.Granted.SetCanceled(cancellation);
                Grant();
            }
        }
    }

    private void Grant()
    {
        while (_waiting.First is { } first && Fits(first.Value.Bytes))
        {
            _waiting.RemoveFirst();
            _taken += first.Value.Bytes;
            first.Value.Granted.SetResult();
        }
    }
}
