using Microsoft.Extensions.Options;

namespace Cvdvae.Gateway.Delivery;

/// <summary>
/// A fixed number of threads for everything that computes on pixels. They are their own, or long jobs would keep the thread pool from serving
/// requests; and few, so that many calls at once hold no memory for more images than that. The most urgent job goes first, the oldest of those.
/// </summary>
internal sealed class ImageWorkers : IAsyncDisposable
{
    /// <summary>Pixels up to which a job is small: a PNG of 64x64 takes 0.3 ms, and waking one thread for it and another for what follows nearly as long.</summary>
    public const long MostPixelsInPlace = 64 * 64;

    private readonly PriorityQueue<Action, (ImageJobUrgency Urgency, long Order)> _jobs = new();
    private readonly Task[] _workers;
    private long _posted;
    private bool _ended;

    public ImageWorkers(IOptions<GatewayOptions> options)
    {
        int count = options.Value.ImageWorkers > 0 ? options.Value.ImageWorkers : Environment.ProcessorCount;
        _workers =
        [
            .. Enumerable.Range(0, count).Select(_ =>
                Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)),
        ];
    }

    /// <summary>Queues a job; a small one is done at once, by the caller.</summary>
    /// <param name="urgency">When it is its turn.</param>
    /// <param name="pixels">Pixels of its image, by which it is small or not.</param>
    /// <param name="job">It must not throw.</param>
    public void Post(ImageJobUrgency urgency, long pixels, Action job)
    {
        if (pixels <= MostPixelsInPlace)
        {
            job();
            return;
        }

        lock (_jobs)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            _jobs.Enqueue(job, (urgency, _posted++));
            Monitor.Pulse(_jobs);
        }
    }

    /// <summary>The same for a function; gives its value, or what it throws.</summary>
    public Task<T> RunAsync<T>(ImageJobUrgency urgency, long pixels, Func<T> function, CancellationToken cancellationToken) =>
        RunToEndAsync(urgency, pixels, function, cancellationToken).WaitAsync(cancellationToken);

    /// <summary>The same, but once the function has begun, its task ends with it and not with the token.</summary>
    public Task<T> RunToEndAsync<T>(ImageJobUrgency urgency, long pixels, Func<T> function, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(urgency, pixels, () =>
        {
            if (cancellationToken.IsCancellationRequested)
            {
                done.TrySetCanceled(cancellationToken);
                return;
            }

            try
            {
                done.TrySetResult(function());
            }
            catch (Exception exception)
            {
                done.TrySetException(exception);
            }
        });
        return done.Task;
    }

    /// <summary>Ends the threads once the jobs that were posted are done.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_jobs)
        {
            _ended = true;
            Monitor.PulseAll(_jobs);
        }

        await Task.WhenAll(_workers);
    }

    private void Work()
    {
        while (Next() is { } job)
        {
            job();
        }
    }

    /// <summary>The next job, or null when there will be none. A semaphore would wait awake first, at the cost of the networks on the same processors.</summary>
    private Action? Next()
    {
        lock (_jobs)
        {
            Action? job;
            while (!_jobs.TryDequeue(out job, out _) && !_ended)
            {
                Monitor.Wait(_jobs);
            }

            return job;
        }
    }
}
