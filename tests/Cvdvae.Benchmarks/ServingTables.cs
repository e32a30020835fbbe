using System.Diagnostics;
using System.Globalization;

namespace Cvdvae.Benchmarks;

/// <summary>The tables of the serving benchmark.</summary>
/// <param name="local">The decode in process. It runs on one thread, as in <see cref="MeasuredProgram.Measure"/>.</param>
/// <param name="remote">The calls.</param>
/// <param name="plan">How much to measure.</param>
internal sealed class ServingTables(DecodeBenchmark local, ServingCalls remote, ServingPlan plan)
{
    // Until the runtime has compiled the services' code for good.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);

    private static readonly int[] Batches = [1, 2, 4, 8, 16];

    /// <summary>One call at a time against the same decode in process, and when its previews come.</summary>
    public void PrintLatency()
    {
        local.Run();
        remote.Load(1, WarmUp);
        var decodes = new Statistic();
        var calls = new List<CallTimes>();
        for (int round = 0; round < plan.Rounds; round++)
        {
            for (int run = 0; run < plan.Runs; run++)
            {
                decodes.Add(local.Run().Total);
            }

            for (int run = 0; run < plan.Runs; run++)
            {
                calls.Add(remote.Call());
            }
        }

        Statistic results = Statistic.Of(calls.Select(call => call.Result));
        Console.WriteLine("| ms, median (smallest-largest) | time | share of the time to the result |");
        Console.WriteLine("| --- | --- | --- |");
        Console.WriteLine($"| decode in process | {decodes} | |");
        Console.WriteLine($"| call: result | {results} | 100 % |");
        Console.WriteLine($"| of it on the device | {Statistic.Of(calls.Select(call => call.Device))} | |");
        Console.WriteLine($"| of it waiting | {Statistic.Of(calls.Select(call => call.Queued))} | |");
        foreach (IGrouping<int, double> level in calls.SelectMany(call => call.Previews).GroupBy(preview => preview.Resolution, preview => preview.Milliseconds).OrderBy(level => level.Key))
        {
            Statistic times = Statistic.Of(level);
            Print($"| call: preview {level.Key}x{level.Key} | {times} | {100 * times.Median / results.Median:F0} % |");
        }

        Console.WriteLine();
        Print($"Call against decode: {results.Median / decodes.Median:F3} times, {results.Median - decodes.Median:F1} ms more.");
        Console.WriteLine();
    }

    /// <summary>Many clients against the best batch in process.</summary>
    public void PrintLoad()
    {
        Console.WriteLine("| in process, samples in a batch | samples/s | longest latent group, ms |");
        Console.WriteLine("| --- | --- | --- |");
        double best = 0;
        foreach (int batch in Batches)
        {
            (double rate, double longest) = Batch(batch);
            best = Math.Max(best, rate);
            Print($"| {batch} | {rate:F2} | {longest:F1} |");
        }

        (IReadOnlyList<CallTimes> alone, TimeSpan aloneTime) = remote.Load(1, TimeSpan.FromSeconds(plan.Seconds));
        (IReadOnlyList<CallTimes> crowd, TimeSpan crowdTime) = remote.Load(plan.Clients, TimeSpan.FromSeconds(plan.Seconds));
        Console.WriteLine();
        Console.WriteLine("| clients at once | calls | calls/s | share of the best batch | first preview p50, ms | p99 | result p50, ms | p99 |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        PrintCalls(1, alone, aloneTime, best);
        PrintCalls(plan.Clients, crowd, crowdTime, best);
    }

    private (double SamplesPerSecond, double LongestGroup) Batch(int samples)
    {
        local.Run(samples);
        var longest = new Statistic();
        int count = 0;
        long start = Stopwatch.GetTimestamp();
        do
        {
            longest.Add(local.Run(samples).Groups.Max(group => group.Milliseconds));
            count += samples;
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < plan.Seconds);
        return (count / Stopwatch.GetElapsedTime(start).TotalSeconds, longest.Median);
    }

    private static void PrintCalls(int clients, IReadOnlyList<CallTimes> calls, TimeSpan elapsed, double best)
    {
        double rate = calls.Count / elapsed.TotalSeconds;
        Statistic first = Statistic.Of(calls.Select(call => call.FirstPreview));
        Statistic result = Statistic.Of(calls.Select(call => call.Result));
        Print($"| {clients} | {calls.Count} | {rate:F2} | {100 * rate / best:F0} % | {first.Median:F0} | {first.Percentile(99):F0} | {result.Median:F0} | {result.Percentile(99):F0} |");
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
