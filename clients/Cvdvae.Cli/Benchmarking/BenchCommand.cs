using System.CommandLine;
using Cvdvae.Cli.Requests;
using Cvdvae.Client;
using Cvdvae.CommandLine;
using Cvdvae.V1;

namespace Cvdvae.Cli.Benchmarking;

/// <summary><c>bench</c>: measures a server under load.</summary>
internal static class BenchCommand
{
    private const int ArrivalSeed = 1;

    public static Command Create()
    {
        var server = new ServerArguments();
        var request = new RequestArguments(raw: true);
        var load = new BenchArguments();
        var images = new Argument<string[]>("IMAGES") { Description = "images to send in turn, or folders of them", Arity = ArgumentArity.OneOrMore };
        Option<ulong> seed = CheckedOption.Number(RequestArguments.Seed, "seed of the first call; each has the next", 0UL, 0UL);
        Option<int> connections = CheckedOption.Number("--connections", "connections to spread the calls over", 1, 1, 1000);
        var json = new Option<string?>("--json") { Description = "file to write all figures to as JSON; - prints them instead of the tables" };
        var command = new Command("bench", "measure a server under load: times to the previews and results, throughput, errors") { images, seed, connections, json };
        load.AddTo(command);
        request.AddTo(command);
        server.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            IReadOnlyList<byte[]> inputs = BenchImages.Read(parsed.GetRequiredValue(images));
            SuperResolutionClient[] clients = [.. Enumerable.Range(0, parsed.GetValue(connections)).Select(_ => server.Connect(parsed, retries: false))];
            try
            {
                await clients[0].ListModelsAsync(stop: stop); // a server that can't be reached is an error, not a figure
                var call = new BenchCall(clients, Request, request.Settings(parsed), TimeProvider.System);
                IReadOnlyList<LevelResult> levels = await MeasureAsync(parsed, load, call, stop);
                await WriteAsync(parsed, parsed.GetValue(json), BenchReport.ToJson(server.Address(parsed), levels), BenchReport.ToTables(levels), stop);
                return levels.Any(level => level.Requests > 0) ? ExitStatus.Done : ExitStatus.Failed;
            }
            finally
            {
                Array.ForEach(clients, client => client.Dispose());
            }

            UpscaleRequest Request(int number)
            {
                UpscaleRequest one = request.Read(parsed, inputs[number % inputs.Count]);
                one.Seed = parsed.GetValue(seed) + (ulong)number;
                return one;
            }
        });
        return command;
    }

    private static async Task<IReadOnlyList<LevelResult>> MeasureAsync(ParseResult parsed, BenchArguments load, BenchCall call, CancellationToken stop)
    {
        var results = new List<LevelResult>();
        foreach (LoadLevel level in load.Levels(parsed))
        {
            var run = new LevelRun(load.Options(parsed), TimeProvider.System, parsed.InvocationConfiguration.Error.WriteLine);
            results.Add(await run.RunAsync(level, () => Load(level), stop));
        }

        return results;

        ILoad Load(LoadLevel level) => level.Rate is { } rate
            ? new RateLoad(load.Arrivals(parsed, rate, ArrivalSeed), call, load.MostRunning(parsed), TimeProvider.System)
            : new ConcurrentLoad(level.Concurrency!.Value, call, TimeProvider.System);
    }

    private static async Task WriteAsync(ParseResult parsed, string? path, string json, string tables, CancellationToken stop)
    {
        TextWriter output = parsed.InvocationConfiguration.Output;
        await output.WriteAsync(path == "-" ? json : tables);
        if (path is not (null or "-"))
        {
            await File.WriteAllTextAsync(path, json, stop);
        }
    }
}
