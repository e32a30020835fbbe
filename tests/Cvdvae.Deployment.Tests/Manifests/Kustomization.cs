using System.Collections.Concurrent;
using Cvdvae.TestUtils;
using Xunit;

namespace Cvdvae.Deployment.Tests.Manifests;

/// <summary>Folders of <c>k8s/</c> as kubectl renders them.</summary>
internal static class Kustomization
{
    private static readonly ConcurrentDictionary<string, Task<RenderedManifests>> Rendered = new(StringComparer.Ordinal);

    /// <summary>Overlays that are whole deployments, as test data.</summary>
    public static TheoryData<string> Overlays { get; } = [.. Directory.GetDirectories(Path.Combine(Folder, "overlays")).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    private static string Folder => Path.Combine(BuildOutput.Root, "k8s");

    /// <summary>An overlay; the test is skipped where there is no kubectl that can.</summary>
    public static Task<RenderedManifests> OverlayAsync(string name) => RenderAsync($"overlays/{name}");

    /// <summary>A folder below <c>k8s/</c>; it is rendered once.</summary>
    public static Task<RenderedManifests> RenderAsync(string folder) =>
        Rendered.GetOrAdd(folder, async name => new RenderedManifests(await RunAsync(Path.Combine(Folder, name)))).WithinLimit();

    /// <summary>Any folder.</summary>
    public static async Task<RenderedManifests> OfAsync(string path) => new(await RunAsync(path));

    /// <summary>The base with components, in their order, as somebody may put them together.</summary>
    public static Task<RenderedManifests> ComposeAsync(params string[] components) => WithComponentsAsync(components, OfAsync);

    /// <summary>What kubectl says against the base with these components.</summary>
    public static Task<string> RefusalAsync(params string[] components) => WithComponentsAsync(components, async folder =>
    {
        (int status, _, string error) = await KubectlAsync(folder);
        Assert.NotEqual(0, status);
        return error;
    });

    private static async Task<T> WithComponentsAsync<T>(string[] components, Func<string, Task<T>> use)
    {
        string folder = Path.Combine(BuildOutput.Root, "artifacts", $"kustomization-{Guid.NewGuid():n}");
        Directory.CreateDirectory(folder);
        try
        {
            await File.WriteAllTextAsync(
                Path.Combine(folder, "kustomization.yaml"),
                $"resources: [../../k8s/base]\ncomponents: [{string.Join(", ", components.Select(component => $"../../k8s/components/{component}"))}]\n",
                TestContext.Current.CancellationToken);
            return await use(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string> RunAsync(string folder)
    {
        (int status, string output, string error) = await KubectlAsync(folder);
        Assert.True(status == 0, error);
        return output;
    }

    private static async Task<(int Status, string Output, string Error)> KubectlAsync(string folder)
    {
        Assert.SkipWhen(ProgramPath.Find("kubectl") is null, "there is no kubectl");
        await using ChildProcess kubectl = ChildProcess.Start(ProgramPath.Find("kubectl")!, ["kustomize", folder]);
        int status = await kubectl.ExitAsync(InTime.Limit);
        bool isOld = status != 0 && kubectl.Error.Contains("components", StringComparison.Ordinal) && kubectl.Error.Contains("unknown field", StringComparison.Ordinal);
        Assert.SkipWhen(isOld, "this kubectl is too old for components");
        return (status, kubectl.Output, kubectl.Error);
    }
}
