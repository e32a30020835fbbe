using Microsoft.Extensions.Options;

namespace Cvdvae.Gateway.Delivery;

/// <summary>
/// A fixed number of workers for everything that computes on pixels, so that many calls at once neither crowd out the threads that serve
/// requests nor hold memory for more images than there are workers. The most urgent job goes first, the oldest of those.
/// </summary>
internal sealed class ImageWorkers : IAsyncDisposable
{
    private readonly PriorityQueue<Action, (ImageJobUrgency Urgency, long Order)> _jobs = new();
    private readonly SemaphoreSlim _waiting = new(0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task[] _workers;
    private long _posted;

    public ImageWorkers(IOptions<GatewayOptions> options)
    {
        int count = options.Value.ImageWorkers > 0 ? options.Value.ImageWorkers : Environment.ProcessorCount;
        _workers = [.. Enumerable.Range(0, count).Select(_ => Task.Run(WorkAsync))];
    }

    /// <summary>Queues a job, which must not throw.</summary>
    public void Post(ImageJobUrgency urgency, Action job)
    {
        lock (_jobs)
        {
            _jobs.Enqueue(job, (urgency, _posted++));
        }

        _waiting.Release();
    }

    /// <summary>Queues a function and gives its value, or what it throws.</summary>
    public Task<T> RunAsync<T>(ImageJobUrgency urgency, Func<T> function, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(urgency, () =>
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
        return done.Task.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_workers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
        _waiting.Dispose();
    }

    private async Task WorkAsync()
    {
        while (true)
        {
            await _waiting.WaitAsync(_stopping.Token);
            Action job;
            lock (_jobs)
            {
                job = _jobs.Dequeue();
            }

            job();
        }
    }
}
