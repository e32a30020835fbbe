using System.Text.Json;
using Cvdvae.FunctionalTests.Networks;
using Cvdvae.LoadGenerator;
using Cvdvae.TestUtils;
using Xunit;

namespace Cvdvae.FunctionalTests.Processes;

/// <summary>The load generator as a process: it sends a portrait of the samples.</summary>
internal sealed class RunningLoad : IAsyncDisposable
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromMinutes(4);
    private readonly ChildProcess _process;

    /// <summary>Starts it.</summary>
    /// <param name="server">Address of the gateways.</param>
    /// <param name="arguments">Its other options.</param>
    /// <param name="host">Where it runs; null: on this machine itself.</param>
    public RunningLoad(string server, IEnumerable<string> arguments, NetworkHost? host = null)
    {
        string file = BuildOutput.Program("tests/Cvdvae.LoadGenerator", "Cvdvae.LoadGenerator");
        string[] all = [Path.Combine(BuildOutput.Root, "samples", "portrait-01-x4.png"), "--server", server, .. arguments];
        (string program, IEnumerable<string> command) = host?.Command(file, all) ?? (file, all);
        _process = ChildProcess.Start(program, command);
    }

    /// <summary>Calls that have ended so far.</summary>
    public IReadOnlyList<CallRecord> Records
    {
        get
        {
            string text = _process.Output;
            return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonSerializer.Deserialize(line, CallRecordJson.Default.CallRecord)!)];
        }
    }

    /// <summary>Waits until so many more calls have ended.</summary>
    public async Task AdvanceAsync(int calls)
    {
        int target = Records.Count + calls;
        await InTime.Until(() => _process.HasExited || Records.Count >= target);
        Assert.False(_process.HasExited, _process.Error);
    }

    /// <summary>Ends the load and waits for the calls that run.</summary>
    public async Task<IReadOnlyList<CallRecord>> StopAsync()
    {
        await _process.SignalAsync("TERM");
        return await EndAsync();
    }

    /// <summary>Waits until the load ends by itself.</summary>
    public async Task<IReadOnlyList<CallRecord>> EndAsync()
    {
        Assert.True(await _process.ExitAsync(EndLimit) == 0, _process.Error);
        return Records;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
