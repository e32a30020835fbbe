using System.Text.RegularExpressions;
using Cvdvae.Deployment.Tests.Manifests;
using Cvdvae.TestUtils;
using Xunit;

namespace Cvdvae.Deployment.Tests.Charts;

/// <summary>
/// The chart with values put in: by Helm where it is installed, and otherwise by <c>render.go</c>, which has the same template engine and
/// functions.
/// </summary>
public sealed partial class RenderedChart : IAsyncLifetime
{
    // Compiled by a machine that does other things too.
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(5);
    private readonly TemporaryFolder _folder = new();
    private string? _why;

    /// <summary>The folder of the chart.</summary>
    public static string Folder { get; } = Path.Combine(BuildOutput.Root, "charts", "cvdvae");

    private static string? Helm => ProgramPath.Find("helm");

    public async ValueTask InitializeAsync()
    {
        const string Packages = "/usr/share/gocode";
        if (Helm is not null)
        {
            return;
        }

        if (ProgramPath.Find("go") is not { } go || !Directory.Exists($"{Packages}/src/github.com/Masterminds/sprig")
            || !Directory.Exists($"{Packages}/src/sigs.k8s.io/yaml"))
        {
            _why = "there is neither Helm nor Go with the packages sprig and sigs.k8s.io/yaml";
            return;
        }

        // Debian's packages lie below a GOPATH.
        string source = Path.Combine(BuildOutput.Root, "tests", "Cvdvae.Deployment.Tests", "Charts", "render.go");
        await using ChildProcess build = ChildProcess.Start(
            go,
            ["build", "-o", _folder.File("render"), source],
            [KeyValuePair.Create("GO111MODULE", "off"), KeyValuePair.Create("GOPATH", Packages),
                KeyValuePair.Create("GOCACHE", _folder.File("cache")), KeyValuePair.Create("GOTOOLCHAIN", "local")]);
        Assert.True(await build.ExitAsync(BuildLimit) == 0, build.Error);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The objects that values give; the test is skipped where nothing can render them.</summary>
    internal async Task<RenderedManifests> RenderAsync(string values)
    {
        (int status, string output, string error) = await RunAsync(values);
        Assert.True(status == 0, error);
        return new RenderedManifests(output);
    }

    /// <summary>Renders: the exit status, the manifests, what was said.</summary>
    internal async Task<(int Status, string Output, string Error)> RunAsync(string values)
    {
        Assert.SkipWhen(_why is not null, _why ?? "");
        string file = _folder.File("values.yaml");
        await File.WriteAllTextAsync(file, values, TestContext.Current.CancellationToken);
        await using ChildProcess process = Helm is { } helm
            ? ChildProcess.Start(helm, ["template", "cvdvae", Folder, "--namespace", "faces", "--values", file])
            : ChildProcess.Start(_folder.File("render"), [Folder, file, "faces"]);
        int status = await process.ExitAsync(InTime.Limit);

        // Documents of comments alone, and empty ones.
        return (status, EmptyDocuments().Replace(process.Output, ""), process.Error);
    }

    [GeneratedRegex(@"\A(\s*(#[^\n]*)?\n)*---\n")]
    private static partial Regex EmptyDocuments();
}
