using System.Collections.Concurrent;

namespace Cvdvae.Cli.Benchmarking;

/// <summary>Calls at given times, whether or not earlier ones have ended.</summary>
/// <param name="arrivals">When each is due.</param>
/// <param name="call">Makes a call.</param>
/// <param name="mostRunning">Running calls beyond which the next ones wait; the wait counts into their times.</param>
/// <param name="time">Clock of the calls.</param>
internal sealed class RateLoad(IEnumerable<TimeSpan> arrivals, BenchCall call, int mostRunning, TimeProvider time) : ILoad
{
    /// <summary>None of them begin at once.</summary>
    public Task FirstCallsEnded => Task.CompletedTask;

    public async Task RunAsync(Action<CallRecord> record, int? most, CancellationToken stop)
    {
        var running = new ConcurrentDictionary<int, Task>();
        using var room = new SemaphoreSlim(mostRunning);
        long start = time.GetTimestamp();
        try
        {
            foreach ((int number, TimeSpan due) in arrivals.Take(most ?? int.MaxValue).Index())
            {
                TimeSpan wait = due - time.GetElapsedTime(start);
                if (wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait, time, stop);
                }

                await room.WaitAsync(stop);
                long dueTimestamp = start + (long)(due.TotalSeconds * time.TimestampFrequency);
                running[number] = RunAsync(number, dueTimestamp);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // the measurement is over
        }

        await Task.WhenAll(running.Values);

        async Task RunAsync(int number, long due)
        {
            await Task.Yield();
            if (await call.RunAsync(number, due, stop) is { } ended)
            {
                record(ended);
            }

            room.Release();
            running.TryRemove(number, out _);
        }
    }
}
