using Microsoft.Extensions.Options;

namespace Cvdvae.EncoderHost.Batching;

/// <summary>Images that wait for the worker, in the order of their arrival. Safe from several threads.</summary>
internal sealed class EncodeQueue
{
    // A monitor, not a Lock: the worker waits on it.
    private readonly object _gate = new();
    private readonly LinkedList<EncodeJob> _waiting = new();
    private readonly EncoderOptions _options;
    private readonly TimeProvider _time;
    private TimeSpan _running;
    private bool _closed;

    public EncodeQueue(IOptions<EncoderOptions> options, TimeProvider time) => (_options, _time) = (options.Value, time);

    /// <summary>Images that wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Device time, as estimated by what was measured, of the images that wait and of the batch that runs.</summary>
    public TimeSpan Backlog
    {
        get
        {
            lock (_gate)
            {
                return _running + TimeOf(_waiting);
            }
        }
    }

    /// <summary>Adds an image; false: as many wait as may, or the queue is closed.</summary>
    public bool TryAdd(EncodeJob job)
    {
        job.Queued = _time.GetTimestamp();
        lock (_gate)
        {
            if (_closed || _waiting.Count >= _options.MaxWaiting)
            {
                return false;
            }

            _waiting.AddLast(job);
            Monitor.Pulse(_gate);
            return true;
        }
    }

    /// <summary>
    /// Takes the image that has waited longest and others that fit with it, up to the largest batch and the longest time of one; waits for the first, never for
    /// more. The batch taken before has ended. Blocks the calling thread.
    /// </summary>
    /// <returns>The batch; null: the queue is closed and empty.</returns>
    public IReadOnlyList<EncodeJob>? Take()
    {
        lock (_gate)
        {
            _running = TimeSpan.Zero;
            while (_waiting.Count == 0)
            {
                if (_closed)
                {
                    return null;
                }

                Monitor.Wait(_gate);
            }

            EncodeJob first = _waiting.First!.Value;
            var batch = new List<EncodeJob>();
            double most = Math.Min(_options.MaxBatch, _options.MaxBatchTime / first.Model.TimeOfImage(first.Scale));
            for (LinkedListNode<EncodeJob>? node = _waiting.First; node is not null && (batch.Count == 0 || batch.Count + 1 <= most);)
            {
                LinkedListNode<EncodeJob>? next = node.Next;
                if (node.Value.FitsWith(first))
                {
                    batch.Add(node.Value);
                    _waiting.Remove(node);
                }

                node = next;
            }

            _running = TimeOf(batch);
            return batch;
        }
    }

    /// <summary>Takes no more; what waits can still be taken.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }
    }

    private static TimeSpan TimeOf(IEnumerable<EncodeJob> jobs) =>
        jobs.Aggregate(TimeSpan.Zero, (sum, job) => sum + job.Model.TimeOfImage(job.Scale));
}
