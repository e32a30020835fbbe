using System.Text.RegularExpressions;
using Cvdvae.TestUtils;
using Xunit;

namespace Cvdvae.Deployment.Tests.Images;

/// <summary>A registry on the loopback interface, Debian's <c>docker-registry</c>.</summary>
internal sealed partial class LocalRegistry : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private ChildProcess? _process;

    /// <summary>Host and port.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Starts one; the test is skipped where there is none.</summary>
    public static async Task<LocalRegistry> StartAsync()
    {
        Assert.SkipWhen(ProgramPath.Find("docker-registry") is null, "there is no docker-registry");
        var registry = new LocalRegistry();
        string file = registry._folder.File("registry.yml");
        await File.WriteAllTextAsync(
            file,
            $$"""
            version: 0.1
            log: { level: info, formatter: text }
            storage: { filesystem: { rootdirectory: {{registry._folder["data"]}} } }
            http: { addr: "127.0.0.1:0" }
            """,
            TestContext.Current.CancellationToken);
        ChildProcess process = ChildProcess.Start(ProgramPath.Find("docker-registry")!, ["serve", file]);
        registry._process = process;
        await InTime.Until(() => process.HasExited || Listening().IsMatch(process.Error + process.Output));
        Assert.False(process.HasExited, process.Error);
        registry.Address = Listening().Match(process.Error + process.Output).Groups[1].Value;
        return registry;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _folder.Dispose();
    }

    [GeneratedRegex(@"listening on (127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();
}
