using System.Text.Json;
using Cvdvae.FunctionalTests.Networks;
using Cvdvae.LoadGenerator;
using Cvdvae.TestUtils;
using Xunit;

namespace Cvdvae.FunctionalTests.Cluster;

/// <summary>The load generator as a process on a host.</summary>
internal sealed class ClusterLoad : IAsyncDisposable
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromMinutes(4);
    private readonly ChildProcess _process;

    public ClusterLoad(NetworkHost host, IEnumerable<string> arguments)
    {
        (string program, IEnumerable<string> all) = host.Command(BuildOutput.Program("tests/Cvdvae.LoadGenerator", "Cvdvae.LoadGenerator"), arguments);
        _process = ChildProcess.Start(program, all);
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
