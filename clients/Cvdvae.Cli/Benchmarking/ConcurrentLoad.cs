namespace Cvdvae.Cli.Benchmarking;

/// <summary>So many calls at a time: each that ends makes room for the next.</summary>
/// <param name="concurrency">Calls at a time.</param>
/// <param name="call">Makes a call.</param>
/// <param name="time">Clock of the calls.</param>
internal sealed class ConcurrentLoad(int concurrency, BenchCall call, TimeProvider time) : ILoad
{
    // A server that refuses at once would otherwise be asked thousands of times a second.
    private static readonly TimeSpan PauseAfterError = TimeSpan.FromMilliseconds(50);
    private readonly TaskCompletionSource _firstCallsEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _firstEnded;
    private int _next = -1;

    public Task FirstCallsEnded => _firstCallsEnded.Task;

    public Task RunAsync(Action<CallRecord> record, int? most, CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => WorkAsync(record, most ?? int.MaxValue, stop)));

    private async Task WorkAsync(Action<CallRecord> record, int most, CancellationToken stop)
    {
        await Task.Yield();
        for (int number = Interlocked.Increment(ref _next); number < most && !stop.IsCancellationRequested; number = Interlocked.Increment(ref _next))
        {
            if (await call.RunAsync(number, time.GetTimestamp(), stop) is { } ended)
            {
                record(ended);
                if (ended.Status != Grpc.Core.StatusCode.OK)
                {
                    await Task.Delay(PauseAfterError, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }

            if (number < concurrency && Interlocked.Increment(ref _firstEnded) == concurrency)
            {
                _firstCallsEnded.SetResult();
            }
        }
    }
}
