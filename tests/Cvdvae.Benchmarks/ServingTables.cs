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
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(30);

    private static readonly int[] Batches = [1, 2, 4, 8, 16];

    /// <summary>One call at a time against the same decode in process, and when its previews come.</summary>
    public void PrintLatency()
    {
        local.Run();
        remote.Load(1, WarmUp);
        var decodes = new Statistic();
        var calls = new List<CallTimes>();
        for (int run = 0; run < plan.Rounds * plan.Runs; run++)
        {
            // One after the other: the speed of a shared machine changes within seconds.
            decodes.Add(local.Run().Total);
            calls.Add(remote.Call());
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
        // A machine that is shared runs at two or three speeds, between which medians jump; both parts of a pair mostly have the same one.
        Statistic ratios = Statistic.Of(calls.Zip(decodes.Values, (call, decode) => call.Result / decode));
        Statistic differences = Statistic.Of(calls.Zip(decodes.Values, (call, decode) => call.Result - decode));
        Print($"Call against the decode before it, median: {ratios.Median:F3} times, {differences.Median:F1} ms more.");
        Console.WriteLine();
    }

    /// <summary>Many clients against the best batch in process, in turn.</summary>
    public void PrintLoad()
    {
        int[] sizes = [.. Batches.Where(images => images <= plan.LargestBatch)];
        var batches = sizes.ToDictionary(images => images, _ => (Rate: new Statistic(), LongestGroup: new Statistic()));
        var alone = new Load();
        var crowd = new Load();
        var length = TimeSpan.FromSeconds((double)plan.Seconds / plan.Rounds);
        foreach (int images in sizes)
        {
            local.Run(images);
        }

        for (int round = 0; round < plan.Rounds; round++)
        {
            foreach (int images in sizes)
            {
                Measure(images, length / 2, batches[images].Rate, batches[images].LongestGroup);
            }

            alone.Add(remote.Load(1, length));
            crowd.Add(remote.Load(plan.Clients, length));
        }

        Console.WriteLine("| in process, images in a batch | images/s | longest latent group, ms |");
        Console.WriteLine("| --- | --- | --- |");
        foreach ((int images, (Statistic rate, Statistic longest)) in batches)
        {
            Print($"| {images} | {rate.Median:F2} | {longest.Median:F1} |");
        }

        double best = batches.Values.Max(batch => batch.Rate.Median);
        Console.WriteLine();
        Console.WriteLine("| clients at once | calls | calls/s | share of the best batch | first preview p50, ms | p99 | result p50, ms | p99 |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        PrintCalls(1, alone, best);
        PrintCalls(plan.Clients, crowd, best);
    }

    private void Measure(int images, TimeSpan length, Statistic rate, Statistic longestGroup)
    {
        long start = Stopwatch.GetTimestamp();
        do
        {
            DecodeTimes times = local.Run(images);
            rate.Add(images * 1000 / times.Total);
            longestGroup.Add(times.Groups.Max(group => group.Milliseconds));
        }
        while (Stopwatch.GetElapsedTime(start) < length);
    }

    private static void PrintCalls(int clients, Load load, double best)
    {
        double rate = load.Rate.Median;
        if (load.Calls.Count == 0)
        {
            Print($"| {clients} | 0: --seconds is too short | {rate:F2} | {100 * rate / best:F0} % | | | | |");
            return;
        }

        Statistic first = Statistic.Of(load.Calls.Select(call => call.FirstPreview));
        Statistic result = Statistic.Of(load.Calls.Select(call => call.Result));
        Print($"| {clients} | {load.Calls.Count} | {rate:F2} | {100 * rate / best:F0} % | {first.Median:F0} | {first.Percentile(99):F0} | {result.Median:F0} | {result.Percentile(99):F0} |");
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    /// <summary>What some clients saw over all rounds.</summary>
    private sealed class Load
    {
        public List<CallTimes> Calls { get; } = [];

        /// <summary>Calls a second, round by round.</summary>
        public Statistic Rate { get; } = new();

        public void Add((IReadOnlyList<CallTimes> Calls, double Rate) round)
        {
            Calls.AddRange(round.Calls);
            Rate.Add(round.Rate);
        }
    }
}
