namespace Cvdvae.LoadGenerator;

/// <summary>When calls are made.</summary>
/// <param name="caller">Makes them.</param>
/// <param name="others">Percent of the calls that are not plain.</param>
/// <param name="ended">Is told of every call that has ended.</param>
internal sealed class Load(Caller caller, int others, Action<CallRecord> ended)
{
    private static readonly CallKind[] Others = [CallKind.Cancelled, CallKind.Bad, CallKind.Slow];
    private int _count;

    /// <summary>So many calls at a time.</summary>
    public Task RunningAsync(int calls, CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, calls).Select(async _ =>
    {
        while (!stop.IsCancellationRequested)
        {
            await CallAsync(TimeProvider.System.GetTimestamp());
        }
    }));

    /// <summary>Calls at random, so many a second on average, as many independent users make them (a Poisson process), whether or not earlier ones have ended.</summary>
    public async Task AtRateAsync(double perSecond, CancellationToken stop)
    {
        var calls = new List<Task>();
        var random = new Random(1);
        for (long due = TimeProvider.System.GetTimestamp(); ; due -= (long)(Math.Log(1 - random.NextDouble()) / perSecond * TimeProvider.System.TimestampFrequency))
        {
            TimeSpan wait = TimeProvider.System.GetElapsedTime(TimeProvider.System.GetTimestamp(), due);
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, stop).ContinueWith(_ => { }, TaskScheduler.Default);
            }

            if (stop.IsCancellationRequested)
            {
                break;
            }

            calls.Add(CallAsync(due));
        }

        await Task.WhenAll(calls);
    }

    private async Task CallAsync(long due)
    {
        int number = Interlocked.Increment(ref _count) - 1;
        ended(await caller.RunAsync(number, Kind(number), due));
    }

    /// <summary>The kinds are spread evenly: of a hundred calls in a row, always the same are of each kind.</summary>
    private CallKind Kind(int number)
    {
        // 37 has no factor in common with 100: every hundred calls have each place once.
        int place = number * 37 % 100;
        return place < others ? Others[place * Others.Length / others] : CallKind.Plain;
    }
}
