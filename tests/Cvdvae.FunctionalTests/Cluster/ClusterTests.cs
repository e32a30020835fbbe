using System.Globalization;
using Cvdvae.FunctionalTests.Processes;
using Cvdvae.LoadGenerator;
using Cvdvae.TestUtils;
using Xunit;

namespace Cvdvae.FunctionalTests.Cluster;

/// <summary>
/// What clients see while replicas come, go, die and fall silent: nothing. The load generator compares every preview and result with those
/// of the same request before.
/// </summary>
[Collection(nameof(ServiceCluster))] // one at a time: a cluster is many processes
public sealed class ClusterTests(SharedCluster shared) : IClassFixture<SharedCluster>, IAsyncLifetime
{
    private const string DeviceTime = "cvdvae_decoder_device_time_seconds_total";
    private const string InFlight = "cvdvae_decoder_rows_inflight";
    private ServiceCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await shared.GetAsync();

    public ValueTask DisposeAsync()
    {
        _cluster?.ReportFailure();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Add_FourthDecoder_GetsItsShareOfTheWork()
    {
        await using RunningLoad load = Load(running: 8);
        await load.AdvanceAsync(20);
        Replica added = await _cluster.AddAsync(Role.Decoder);
        long start = TimeProvider.System.GetTimestamp();
        double share = 0;
        while (share < 0.8 / 4)
        {
            double[] before = await DeviceTimesAsync();
            await load.AdvanceAsync(24);
            double[] work = [.. (await DeviceTimesAsync()).Zip(before, (now, then) => now - then)];
            share = work[^1] / work.Sum();
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(30), $"its share is {share:0.00} of the work");
        }

        Report($"a fourth decoder has {share:0.00} of the work {TimeProvider.System.GetElapsedTime(start).TotalSeconds:0.0} s after it is in DNS");
        await _cluster.RemoveAsync(added);
        AssertAllWell(await load.StopAsync());
    }

    [Fact]
    public async Task Restart_EveryProcessInTurn_FailsNoCall()
    {
        await using RunningLoad load = Load(running: 4);
        await load.AdvanceAsync(10);
        foreach (Replica replica in _cluster.Replicas)
        {
            Assert.Equal(0, await _cluster.StopAsync(replica));
            await _cluster.RestartAsync(replica);
            await load.AdvanceAsync(5);
        }

        AssertAllWell(await load.StopAsync(), "every process restarted");
    }

    [Fact]
    public async Task Kill_Decoder_MovesItsCalls()
    {
        await using RunningLoad load = Load(running: 6);
        await load.AdvanceAsync(10);
        Replica victim = await BusyDecoderAsync();
        double failovers = await FailoversAsync();
        await ServiceCluster.KillAsync(victim);
        await load.AdvanceAsync(30);
        IReadOnlyList<CallRecord> records = await load.StopAsync();
        double moved = await FailoversAsync() - failovers;
        await _cluster.RestartAsync(victim);
        Assert.True(moved > 0, "no call was moved");
        AssertAllWell(records, $"decoder killed, {moved} calls moved");
    }

    [Fact]
    public async Task Kill_Encoder_FailsNoCall()
    {
        await using RunningLoad load = Load(running: 6);
        await load.AdvanceAsync(10);
        Replica victim = _cluster.Of(Role.Encoder)[0];
        await ServiceCluster.KillAsync(victim);
        await load.AdvanceAsync(30);
        IReadOnlyList<CallRecord> records = await load.StopAsync();
        await _cluster.RestartAsync(victim);
        AssertAllWell(records, "encoder killed");
    }

    [Fact]
    public async Task Cut_Decoder_MovesItsCallsSoon()
    {
        await using RunningLoad load = Load(running: 6);
        await load.AdvanceAsync(10);
        Replica victim = await BusyDecoderAsync();
        await _cluster.CutAsync(victim);
        DateTimeOffset cut = TimeProvider.System.GetUtcNow();
        await load.AdvanceAsync(30);
        IReadOnlyList<CallRecord> records = await load.StopAsync();
        await _cluster.MendAsync(victim);
        await InTime.Until(async () => await victim.Service.MetricAsync(InFlight) == 0);

        double[] moves = [.. _cluster.Of(Role.Gateway).SelectMany(gateway => gateway.Service.LogTimes($"decoder {victim.Host.Address}:{Role.Decoder.Port} was lost"))
            .Where(time => time > cut).Select(time => (time - cut).TotalSeconds)];
        Assert.NotEmpty(moves);
        Assert.InRange(moves.Max(), 0, 3);
        AssertAllWell(records, string.Create(CultureInfo.InvariantCulture, $"decoder silent, {moves.Length} calls moved within {moves.Max():0.0} s"));
    }

    private RunningLoad Load(int running) => _cluster.StartLoad("--running", running.ToString(CultureInfo.InvariantCulture), "--samples", "4");

    private static void AssertAllWell(IReadOnlyList<CallRecord> records, string? what = null)
    {
        CallRecord[] failed = [.. records.Where(record => record is not { Status: "OK", Problem: null })];
        Assert.True(failed.Length == 0, $"{failed.Length} of {records.Count} calls: {failed.FirstOrDefault()}");
        if (what is not null)
        {
            CallRecord longest = records.MaxBy(record => record.Ended)!;
            Report($"{what}: {records.Count} calls, 0 failed, median {CallTimes.Percentile(records.Select(record => record.Ended), 0.5):0} ms, longest {longest.Ended:0} ms: {longest}");
        }
    }

    private static void Report(FormattableString line) => Report(line.ToString(CultureInfo.InvariantCulture));

    private static void Report(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);

    private Task<double[]> DeviceTimesAsync() => MetricsAsync(Role.Decoder, DeviceTime);

    private async Task<double> FailoversAsync() => (await MetricsAsync(Role.Gateway, "cvdvae_gateway_failovers_total")).Sum();

    private Task<double[]> MetricsAsync(Role role, string name) =>
        Task.WhenAll(_cluster.Of(role).Select(async replica => await replica.Service.MetricAsync(name) ?? 0));

    /// <summary>A decoder that has calls under way.</summary>
    private async Task<Replica> BusyDecoderAsync()
    {
        for (long start = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(start) < InTime.Limit;)
        {
            foreach (Replica replica in _cluster.Of(Role.Decoder))
            {
                if (await replica.Service.MetricAsync(InFlight) > 0)
                {
                    return replica;
                }
            }
        }

        throw new TimeoutException("no decoder has work");
    }
}
