using Cvdvae.TestUtils;
using Xunit;

namespace Cvdvae.Deployment.Tests.Manifests;

/// <summary>That all images follow the one place that says where they come from.</summary>
public sealed class ImageNamesTests : IDisposable
{
    private static readonly string Script = Path.Combine(BuildOutput.Root, "build", "use-images.sh");
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Place => _folder["k8s", "components", "images", "kustomization.yaml"];

    [Fact]
    public async Task UseImages_ARegistryAndATag_AreThoseOfEveryPod()
    {
        CopyManifests();
        (int status, string said) = await RunAsync(("REGISTRY", "registry.example.com:5000/team"), ("TAG", "0.2.0-cpu"));
        Assert.True(status == 0, said);

        string[] folders = [.. Kustomization.Overlays.Select(row => $"overlays/{row.Data}"), "trainer", "model", "model-shell"];
        foreach (string folder in folders)
        {
            RenderedManifests manifests = await Kustomization.OfAsync(_folder["k8s", folder]);
            Assert.NotEmpty(manifests.Pods);
            Assert.All(manifests.Pods, item =>
            {
                string role = item.Pod.Metadata.Labels["app.kubernetes.io/component"];
                bool onCard = item.Pod.Spec.Containers[0].Resources.Limits.ContainsKey("nvidia.com/gpu");
                string tag = role == "model" ? "toonhead-64-0.6" : onCard ? "0.2.0-cuda" : "0.2.0-cpu";
                Assert.Equal($"registry.example.com:5000/team/cvdvae-{(role == "model-shell" ? "trainer" : role)}:{tag}",
                    item.Pod.Spec.Containers[0].Image);
            });
        }
    }

    /// <summary>As somebody did before there was that place: names of a registry in a kustomization of one's own.</summary>
    [Fact]
    public async Task Images_RenamedByAKustomizationOnTop_AreRenamed()
    {
        CopyManifests();
        string own = _folder["own"];
        Directory.CreateDirectory(own);
        await File.WriteAllTextAsync(
            Path.Combine(own, "kustomization.yaml"),
            """
            resources: [../k8s/base]
            components: [../k8s/components/two-stage, ../k8s/components/gpu]
            images:
              - { name: cvdvae-gateway, newName: registry.example.com/cvdvae-gateway }
              - { name: cvdvae-decoder, newName: registry.example.com/cvdvae-decoder }
            """,
            TestContext.Current.CancellationToken);
        RenderedManifests manifests = await Kustomization.OfAsync(own);
        Assert.Equal(
            [
                "cvdvae-encoder:0.1.0-cuda", "registry.example.com/cvdvae-decoder:0.1.0-cuda",
                    "registry.example.com/cvdvae-decoder:0.1.0-cuda", "registry.example.com/cvdvae-gateway:0.1.0-cpu",
            ],
            manifests.Pods.Select(item => item.Pod.Spec.Containers[0].Image).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task UseImages_NothingSaid_WritesWhatIsThere()
    {
        CopyManifests();
        string before = await File.ReadAllTextAsync(Place, TestContext.Current.CancellationToken);
        Assert.Equal(0, (await RunAsync(("REGISTRY", "registry.example.com"), ("TAG", "1"), ("CUDA_TAG", "2"))).Status);
        Assert.NotEqual(before, await File.ReadAllTextAsync(Place, TestContext.Current.CancellationToken));
        Assert.Equal(0, (await RunAsync()).Status);
        Assert.Equal(before, await File.ReadAllTextAsync(Place, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("REGISTRY", "registry example.com")]
    [InlineData("REGISTRY", "https://registry.example.com")]
    [InlineData("REGISTRY", "registry.example.com/Team")]
    [InlineData("TAG", "0.1.0:cpu")]
    [InlineData("CUDA_TAG", "-")]
    public async Task UseImages_NoNameOfAnImage_IsRefusedInOneLine(string variable, string value)
    {
        CopyManifests();
        string before = await File.ReadAllTextAsync(Place, TestContext.Current.CancellationToken);
        (int status, string said) = await RunAsync((variable, value));
        Assert.NotEqual(0, status);
        Assert.StartsWith($"use-images.sh: {variable} '{value}' is not a ", Assert.Single(said.Trim().Split('\n')),
            StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(Place, TestContext.Current.CancellationToken));
    }

    private async Task<(int Status, string Said)> RunAsync(params (string Name, string Value)[] settings)
    {
        Dictionary<string, string> environment = new() { ["FILE"] = Place, ["REGISTRY"] = "", ["TAG"] = "", ["CUDA_TAG"] = "" };
        foreach ((string name, string value) in settings)
        {
            environment[name] = value;
        }

        await using ChildProcess script = ChildProcess.Start(Script, [], environment);
        return (await script.ExitAsync(InTime.Limit), script.Error);
    }

    private void CopyManifests() => SourceFolder.Copy("k8s", _folder["k8s"]);
}
