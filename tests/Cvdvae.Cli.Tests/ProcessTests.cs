using System.Diagnostics;
using Cvdvae.FakeService;
using Cvdvae.TestUtils;
using Xunit;

namespace Cvdvae.Cli.Tests;

/// <summary>The program itself, as a process.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Program_ServerInTheEnvironment_IsCalled()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        using Process process = Start(["models"], server.Address);

        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(Cli.Limit, TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Cli.Limit, TestContext.Current.CancellationToken);

        Assert.Equal(0, process.ExitCode);
        Assert.Contains("fake-64@1.2", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Program_InterruptSignal_ExitsWithOneHundredAndThirtyAndCancelsTheCall()
    {
        Assert.SkipWhen(InterruptSignal.IsIgnored, InterruptSignal.Reason);
        await using FakeServer server = await FakeServer.StartAsync(new FakeUpscaler { Pace = TimeSpan.FromSeconds(20) });
        using Process process = Start(["upscale", Inputs.Png(_folder), "--output", _folder["out"]], server.Address);
        using var limit = new CancellationTokenSource(Cli.Limit);
        while (server.Upscaler.Calls == 0)
        {
            await Task.Delay(20, limit.Token);
        }

        using (var kill = Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync(limit.Token);
        }

        await process.WaitForExitAsync(limit.Token);
        Assert.Equal(130, process.ExitCode);
        Assert.Equal("stopped\n", await process.StandardError.ReadToEndAsync(limit.Token));
        while (server.Upscaler.Cancelled == 0)
        {
            await Task.Delay(20, limit.Token);
        }
    }

    private static Process Start(string[] arguments, string server)
    {
        var start = new ProcessStartInfo(BuildOutput.Program("clients/Cvdvae.Cli", "cvdvae"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["CVDVAE_SERVER"] = server;
        return Process.Start(start)!;
    }
}
