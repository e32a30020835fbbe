using Cvdvae.Gateway.Delivery;

namespace Cvdvae.Gateway.Requests;

/// <summary>
/// Lets images that take much memory be read one after the other. A turn lasts until the work on the image has ended, not until its caller
/// has left: a decoder can't be interrupted, and who cancels at once would otherwise get all workers, and memory for each.
/// </summary>
internal sealed class LargeImages(ImageWorkers workers) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Runs a function on a worker when it's its turn; gives its value, or what it throws.</summary>
    public async Task<T> RunAsync<T>(ImageJobUrgency urgency, long pixels, Func<T> function, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        Task<T> work = workers.RunToEndAsync(urgency, pixels, function, cancellationToken);

        // Also where the token ends it before it begins, or the function throws.
        _ = work.ContinueWith(_ => _turn.Release(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return await work.WaitAsync(cancellationToken);
    }

    public void Dispose() => _turn.Dispose();
}
