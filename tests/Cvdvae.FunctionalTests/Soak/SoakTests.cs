using System.Globalization;
using Cvdvae.FunctionalTests.Processes;
using Cvdvae.LoadGenerator;
using Cvdvae.TestUtils;
using Xunit;

namespace Cvdvae.FunctionalTests.Soak;

/// <summary>Services under mixed load for a long time; only when <c>CVDVAE_SOAK_MINUTES</c> says for how long, as <c>make soak</c> does.</summary>
public sealed class SoakTests
{
    private const string Variable = "CVDVAE_SOAK_MINUTES";
    private const double WarmUpShare = 1.0 / 3;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Upscale_MixedLoad_KeepsMemoryAndHandles()
    {
        bool asked = double.TryParse(Environment.GetEnvironmentVariable(Variable), CultureInfo.InvariantCulture, out double minutes);
        Assert.SkipUnless(asked, $"{Variable} does not say for how long");
        Assert.SkipUnless(OperatingSystem.IsLinux(), "memory and handles are read from /proc");
        await using ServiceGroup group = await ServiceGroup.StartAsync(new ServicesOptions
        {
            Models = Path.Combine(BuildOutput.Root, "models"),
            GatewaySettings = new Dictionary<string, string> { ["Auth:Quota:MaxConcurrentCalls"] = "0" }, // all calls come from one address
        });
        (string Name, ChildProcess Process)[] services = [("encoder", group.Encoder.Process), ("decoder", group.Decoders[0].Process), ("gateway", group.Gateway.Process)];
        await using var load = new RunningLoad(group.Gateway.Grpc, ["--running", "8", "--samples", "2", "--others", "30", "--pause", "5"]);
        var readings = new List<Reading[]>();
        long start = TimeProvider.System.GetTimestamp();
        var length = TimeSpan.FromMinutes(minutes);
        while (TimeProvider.System.GetElapsedTime(start) < length)
        {
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
            if (TimeProvider.System.GetElapsedTime(start) > length * WarmUpShare)
            {
                readings.Add([.. services.Select(service => new Reading(service.Process.ResidentBytes, service.Process.OpenHandles))]);
            }
        }

        IReadOnlyList<CallRecord> records = await load.StopAsync();
        foreach (IGrouping<(CallKind Kind, string? Status), CallRecord> some in records.GroupBy(record => (record.Kind, record.Status)).OrderBy(some => some.Key.ToString(), StringComparer.Ordinal))
        {
            Report($"{some.Key.Kind} {some.Key.Status ?? "left"}: {some.Count()} calls");
        }

        CallRecord[] wrong = [.. records.Where(record => record.Problem is not null)];
        Assert.True(wrong.Length == 0, $"{wrong.Length} of {records.Count} calls: {wrong.FirstOrDefault()}");
        for (int index = 0; index < services.Length; index++)
        {
            // The first and the last quarter of what comes after the warm-up.
            Reading[] all = [.. readings.Select(reading => reading[index])];
            int part = Math.Max(1, all.Length / 4);
            double memory = all[^part..].Average(reading => reading.Bytes) / all[..part].Average(reading => reading.Bytes);
            double handles = all[^part..].Average(reading => reading.Handles) - all[..part].Average(reading => reading.Handles);
            Report(string.Create(CultureInfo.InvariantCulture, $"{services[index].Name}: {all[^1].Bytes >> 20} MiB, {memory:0.000} of what it was, {all[^1].Handles} handles, {handles:+0.0;-0.0;0} more"));
            Assert.InRange(memory, 0, 1.05);
            Assert.InRange(handles, double.NegativeInfinity, 5);
        }
    }

    private static void Report(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);

    private sealed record Reading(long Bytes, int Handles);
}
