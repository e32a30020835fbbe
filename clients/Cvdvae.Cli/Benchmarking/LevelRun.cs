using System.Diagnostics;

namespace Cvdvae.Cli.Benchmarking;

/// <summary>Measures one level of load.</summary>
/// <param name="options">How long to measure.</param>
/// <param name="time">Clock of the measurement.</param>
/// <param name="report">Takes a line on what is going on.</param>
internal sealed class LevelRun(BenchOptions options, TimeProvider time, Action<string> report)
{
    private readonly Lock _lock = new();
    private List<CallRecord> _ended = [];

    /// <summary>Measures.</summary>
    /// <param name="level">The level.</param>
    /// <param name="load">Puts it on the server; called once for the warm-up and once for the measurement.</param>
    /// <param name="stop">Gives up.</param>
    public async Task<LevelResult> RunAsync(LoadLevel level, Func<ILoad> load, CancellationToken stop)
    {
        TimeSpan processor = ProcessorTime();
        long start = time.GetTimestamp();
        (Window window, bool? stable) = options.Count is { } count ? await CountAsync(level, load, count, stop) : await WindowsAsync(level, load(), stop);
        double share = (ProcessorTime() - processor) / time.GetElapsedTime(start);
        return LevelResult.Of(level, window, stable, share);
    }

    private static TimeSpan ProcessorTime()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }

    /// <summary>A number of calls: the window is as long as they take.</summary>
    private async Task<(Window Window, bool? Stable)> CountAsync(LoadLevel level, Func<ILoad> load, int count, CancellationToken stop)
    {
        if (options.WarmUp > TimeSpan.Zero)
        {
            report($"{level}: warm-up");
            using var warm = CancellationTokenSource.CreateLinkedTokenSource(stop);
            warm.CancelAfter(options.WarmUp);
            await load().RunAsync(Take, null, warm.Token);
            stop.ThrowIfCancellationRequested();
            TakeAll();
        }

        report($"{level}: {count} calls");
        long start = time.GetTimestamp();
        await load().RunAsync(Take, count, stop);
        stop.ThrowIfCancellationRequested();
        return (new Window(TakeAll(), time.GetElapsedTime(start)), null);
    }

    /// <summary>One load through warm-up and windows, so that no window has a beginning or an end in it.</summary>
    private async Task<(Window Window, bool? Stable)> WindowsAsync(LoadLevel level, ILoad load, CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task running = load.RunAsync(Take, null, end.Token);
        try
        {
            report($"{level}: warm-up");
            await Task.Delay(options.WarmUp, time, stop);
            if (options.WarmUp > TimeSpan.Zero)
            {
                await Task.WhenAny(load.FirstCallsEnded, running).WaitAsync(stop);
            }

            TakeAll();
            return options.Duration is { } duration ? (await WindowAsync(duration, stop), null) : await UntilStableAsync(level, stop);
        }
        finally
        {
            await end.CancelAsync();
            await running;
        }
    }

    private async Task<(Window Window, bool? Stable)> UntilStableAsync(LoadLevel level, CancellationToken stop)
    {
        var windows = new List<Window>();
        bool stable = false;
        while (!stable && windows.Count < options.MostWindows)
        {
            windows.Add(await WindowAsync(options.Window, stop));
            report($"{level}: window {windows.Count}, {windows[^1].Rate:F1} calls/s");
            stable = windows.Count >= BenchOptions.AlikeWindows && Window.AreAlike(windows[^BenchOptions.AlikeWindows..], options.Stability);
        }

        return (Window.Merge(windows[^Math.Min(windows.Count, BenchOptions.AlikeWindows)..]), stable);
    }

    private async Task<Window> WindowAsync(TimeSpan length, CancellationToken stop)
    {
        long start = time.GetTimestamp();
        await Task.Delay(length, time, stop);
        List<CallRecord> calls = TakeAll();
        return new Window(calls, time.GetElapsedTime(start));
    }

    private void Take(CallRecord call)
    {
        lock (_lock)
        {
            _ended.Add(call);
        }
    }

    private List<CallRecord> TakeAll()
    {
        lock (_lock)
        {
            List<CallRecord> all = _ended;
            _ended = [];
            return all;
        }
    }
}
