using System.CommandLine;
using System.Text.Json;
using Cvdvae.Client;
using Cvdvae.CommandLine;

namespace Cvdvae.LoadGenerator;

/// <summary>
/// Puts a load on a server until it is told to stop (SIGTERM), checks all that comes back, and writes a JSON line for every call when it has
/// ended. Calls that run at the end are waited for.
/// </summary>
internal static class LoadCommand
{
    public static RootCommand Create()
    {
        var image = new Argument<string>("IMAGE") { Description = "low-resolution image to send" };
        var server = new Option<string>("--server") { Description = "address of the server", Required = true };
        Option<int> running = CheckedOption.Number("--running", "calls at a time", 1, 1, 1000);
        Option<double?> rate = CheckedOption.OptionalNumber("--rate", "calls a second on average instead, at random times", 0.001, 1e5);
        Option<double?> seconds = CheckedOption.OptionalNumber("--seconds", "stop by itself after this time", 0.1, 1e6);
        Option<int> samples = CheckedOption.Number("--samples", "samples of a call", 1, 1, 64);
        Option<int> seeds = CheckedOption.Number("--seeds", "seeds that are used in turn", 4, 1, 1000);
        Option<int> attempts = CheckedOption.Number("--attempts", "attempts of a call that was not admitted", 4, 1, 20);
        Option<int> others = CheckedOption.Number("--others", "percent of the calls that are cancelled, bad or read slowly, a third of each", 0, 0, 90);
        Option<double> pause = CheckedOption.Number("--pause", "seconds for which a slow reader reads nothing", 5.0, 0.0, 3600.0);
        var command = new RootCommand("puts a load on a super-resolution server and checks what comes back") { image, server, running, rate, seconds, samples, seeds, attempts, others, pause };
        command.SetAction(async (parsed, stop) =>
        {
            using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(stop);
            if (parsed.GetValue(seconds) is { } limit)
            {
                end.CancelAfter(TimeSpan.FromSeconds(limit));
            }

            using var client = new SuperResolutionClient(new SuperResolutionClientOptions
            {
                Address = parsed.GetRequiredValue(server),
                MaxAttempts = parsed.GetValue(attempts),
                Deadline = TimeSpan.FromMinutes(2),
                ConnectTimeout = TimeSpan.FromSeconds(2),
                ResolverRefresh = TimeSpan.FromSeconds(1),
            });
            byte[] bytes = await File.ReadAllBytesAsync(parsed.GetRequiredValue(image), stop);
            var caller = new Caller(client, new Requests(bytes, parsed.GetValue(samples)), parsed.GetValue(seeds), TimeSpan.FromSeconds(parsed.GetValue(pause)));
            var load = new Load(caller, parsed.GetValue(others), record => Write(parsed.InvocationConfiguration.Output, record));
            await (parsed.GetValue(rate) is { } perSecond ? load.AtRateAsync(perSecond, end.Token) : load.RunningAsync(parsed.GetValue(running), end.Token));
            return ExitStatus.Done;
        });
        return command;
    }

    private static void Write(TextWriter output, CallRecord record)
    {
        string line = JsonSerializer.Serialize(record, CallRecordJson.Default.CallRecord);
        lock (output)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }
}
