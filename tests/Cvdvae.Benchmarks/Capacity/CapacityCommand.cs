using System.CommandLine;
using System.Globalization;

namespace Cvdvae.Benchmarks.Capacity;

/// <summary><c>capacity</c>: simulates the queues of the stages; first a machine that was measured, to see that the arithmetic holds, then a plan for a load.</summary>
internal static class CapacityCommand
{
    private const int Calls = 20_000;
    private const int Clients = 16;

    // By how much a simulation may miss what was measured: runs of the same hour differ by as much.
    private const double Tolerance = 0.2;

    // Calls a second of 16 clients in docs/benchmarks.md.
    private static readonly (CallCost Cost, double[] Measured)[] Runs = [(CallCost.Embedded, [53.09, 63.7, 65.9]), (CallCost.Ffhq256, [0.28, 0.26])];

    public static Command Create()
    {
        var perHour = new Option<double>("--calls-per-hour") { Description = "calls to plan for", DefaultValueFactory = _ => 1_000_000 };
        var target = new Option<double>("--work-rate") { Description = "share of the time that replicas are to work", DefaultValueFactory = _ => 0.7 };
        var servers = new Option<int>("--processors") { Description = "processors of a replica", DefaultValueFactory = _ => 4 };
        var command = new Command("capacity", "simulates the queues of the stages: against measured runs, and for a load") { perHour, target, servers };
        command.SetAction(parsed =>
        {
            bool holds = Check();
            foreach (CallCost cost in (CallCost[])[CallCost.Embedded, CallCost.Ffhq256])
            {
                Plan(cost, parsed.GetValue(perHour) / 3600, parsed.GetValue(target), parsed.GetValue(servers));
            }

            return holds ? 0 : 1;
        });
        return command;
    }

    // All roles and the load on one machine of two processors.
    private static bool Check()
    {
        bool holds = true;
        Line($"| {Clients} clients on 2 processors | measured, calls/s | simulated | ratio to the mean | by Little's law, s | simulated p50, s |");
        Line($"| --- | --- | --- | --- | --- | --- |");
        foreach ((CallCost cost, double[] measured) in Runs)
        {
            var machine = new Station("machine", 1, 2);
            SimulationResult result = new StageSimulation(
                [.. ((double[])[(cost.Gateway + cost.Load) / 2, cost.Encoder, cost.Coarse, cost.Fine, (cost.Gateway + cost.Load) / 2]).Select(seconds => new CallStep(machine, seconds))]).Closed(Clients, Calls);
            double ratio = result.CallsPerSecond / measured.Average();
            holds &= Math.Abs(ratio - 1) <= Tolerance;
            Line($"| {cost.Name} | {string.Join(", ", measured)} | {result.CallsPerSecond:F2} | {ratio:F2} | {Clients / measured.Average():F2} | {result.Latency.Median:F2} |");
        }

        Line($"");
        return holds;
    }

    private static void Plan(CallCost cost, double callsPerSecond, double target, int servers)
    {
        Station For(string name, double seconds) => new(name, Math.Max(2, (int)Math.Ceiling(callsPerSecond * seconds / (target * servers))), servers);
        (Station Station, double Seconds)[] stations =
            [.. new[] { ("gateway", cost.Gateway), ("encoder", cost.Encoder), ("decoder 1", cost.Coarse), ("decoder 2", cost.Fine) }.Select(role => (For(role.Item1, role.Item2), role.Item2))];
        SimulationResult result = new StageSimulation([.. stations.Select(item => new CallStep(item.Station, item.Seconds))]).Open(callsPerSecond, Calls, seed: 1);
        double alone = stations.Sum(item => item.Seconds);
        Line($"{cost.Name}, {callsPerSecond:F0} calls/s at random, replicas of {servers} processors, {target:P0} busy: p50 {result.Latency.Median / alone:F2} and p95 {result.Latency.Percentile(95) / alone:F2} times a call alone");
        Line($"");
        Line($"| stage | processor seconds of a call | replicas | busy |");
        Line($"| --- | --- | --- | --- |");
        foreach (((Station station, double seconds), double share) in stations.Zip(result.Utilisation.Select(item => item.Share)))
        {
            Line($"| {station.Name} | {seconds} | {station.Replicas} | {share:P0} |");
        }

        Line($"");
    }

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
