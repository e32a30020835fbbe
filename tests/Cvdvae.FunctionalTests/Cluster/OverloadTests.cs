using System.Globalization;
using Cvdvae.FunctionalTests.Processes;
using Cvdvae.TestUtils;
using Xunit;

namespace Cvdvae.FunctionalTests.Cluster;

/// <summary>What clients see when more is asked for than there is: who is let in is served as before, the others are told at once when to come back.</summary>
[Collection(nameof(ServiceCluster))]
public sealed class OverloadTests
{
    private const string Seconds = "20";

    // What a replica may have before it: with it a call waits about as long as it does among others at 0.9 of the capacity.
    private static readonly Dictionary<string, string> ShortQueue = new() { ["Scheduler:MaxBacklog"] = "00:00:00.4" };

    [Fact]
    public async Task Upscale_ThreeTimesTheCapacity_ServesWhatItCanAndRefusesTheRestAtOnce()
    {
        Assert.SkipUnless(LongTests.AreAskedFor, LongTests.Reason);
        await using ServiceCluster cluster = await ServiceCluster.StartAsync(ShortQueue);
        await RunAsync(cluster, "--running", "8"); // until the decoders know what their steps cost
        CallTimes busy = await RunAsync(cluster, "--running", "16", "--attempts", "20");

        // Callers that wait for their turn leave gaps: the capacity is what gets done when there is always more to do.
        CallTimes full = await RunAsync(cluster, "--rate", Text(2 * busy.Goodput), "--attempts", "1");
        double capacity = Math.Max(busy.Goodput, full.Goodput);
        CallTimes below = await RunAsync(cluster, "--rate", Text(0.9 * capacity), "--attempts", "1");
        CallTimes above = await RunAsync(cluster, "--rate", Text(3 * capacity), "--attempts", "1");

        Assert.All(above.Due, record => Assert.True(record is { Status: "OK" } or { Status: "ResourceExhausted", HasRetryInfo: true }, record.ToString()));
        Assert.NotEmpty(above.Refused);
        Assert.True(above.Goodput > capacity / 2, $"{above.Goodput} of {capacity} calls a second");
        double usual = CallTimes.Percentile(below.Done.Select(record => record.Ended), 0.95);
        double admitted = CallTimes.Percentile(above.Done.Select(record => record.Ended), 0.95);
        double refusal = CallTimes.Percentile(above.Refused.Select(record => record.Refusal!.Value), 0.95);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"capacity {capacity:0.0} calls/s of 4 samples; at 0.9 of it {below.Refused.Count} of {below.Due.Count} refused, p95 {usual:0} ms; at 3 times it p95 of admitted {admitted:0} ms ({admitted / usual:0.00}x), of refusals {refusal:0} ms, goodput {above.Goodput / capacity:0.00} of capacity"));
    }

    private static async Task<CallTimes> RunAsync(ServiceCluster cluster, params string[] load)
    {
        await using RunningLoad running = cluster.StartLoad(["--samples", "4", "--seconds", Seconds, .. load]);
        return new CallTimes(await running.EndAsync());
    }

    private static string Text(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
