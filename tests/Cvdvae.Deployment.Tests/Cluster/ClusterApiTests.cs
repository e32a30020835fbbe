using Cvdvae.Deployment.Tests.Manifests;
using Cvdvae.TestUtils;
using Xunit;

namespace Cvdvae.Deployment.Tests.Cluster;

/// <summary>What kubectl says of our manifests, and that the stand-in for a cluster refuses what a cluster would.</summary>
public sealed class ClusterApiTests
{
    [Theory]
    [InlineData("overlays/cpu")]
    [InlineData("overlays/gpu-two-stage")]
    [InlineData("overlays/ingress")]
    [InlineData("overlays/gateway-api")]
    public async Task Apply_OfAnOverlayOnAnEmptyCluster_MakesAllOfIt(string overlay)
    {
        await using ClusterApi cluster = await StartAsync();
        (int status, string said) = await RunAsync(cluster, "apply", "-k", Path.Combine(BuildOutput.Root, "k8s", overlay));
        Assert.True(status == 0, said);
        Assert.Empty(cluster.Unknown);
        RenderedManifests there = cluster.Objects.Manifests();
        RenderedManifests expected = await Kustomization.RenderAsync(overlay);
        Assert.Equal((expected.Objects.Count, expected.Custom.Count), (there.Objects.Count, there.Custom.Count));
        foreach (string folder in (string[])["trainer", "model", "model-shell"])
        {
            (status, said) = await RunAsync(cluster, "apply", "-k", Path.Combine(BuildOutput.Root, "k8s", folder));
            Assert.True(status == 0, said);
        }
    }

    [Theory]
    [InlineData("spec: { ports: [{ port: 1, targetPrt: 1 }] }", "targetPrt")]
    [InlineData("spec: { port: 1 }", "port")]
    public async Task Apply_OfAFieldThatThereIsNot_IsRefused(string text, string field)
    {
        await using ClusterApi cluster = await StartAsync();
        using var folder = new TemporaryFolder();
        string file = folder.File("service.yaml");
        string manifest = $"apiVersion: v1\nkind: Service\nmetadata: {{ name: wrong, namespace: cvdvae }}\n{text}\n";
        await File.WriteAllTextAsync(file, manifest, TestContext.Current.CancellationToken);
        await RunAsync(cluster, "apply", "-f", Path.Combine(BuildOutput.Root, "k8s", "base", "namespace.yaml"));
        foreach (string how in (string[])["--server-side=true", "--server-side=false"])
        {
            (int status, string said) = await RunAsync(cluster, "apply", how, "-f", file);
            Assert.NotEqual(0, status);
            Assert.Contains(field, said, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Apply_WithoutTheNamespace_IsRefused()
    {
        await using ClusterApi cluster = await StartAsync();
        (int status, string said) = await RunAsync(cluster, "apply", "-k", Path.Combine(BuildOutput.Root, "k8s", "model"));
        Assert.NotEqual(0, status);
        Assert.Contains("namespaces \"cvdvae\" not found", said, StringComparison.Ordinal);
    }

    private static Task<ClusterApi> StartAsync()
    {
        Assert.SkipWhen(ProgramPath.Find("kubectl") is null, "there is no kubectl");
        return ClusterApi.StartAsync();
    }

    private static async Task<(int Status, string Said)> RunAsync(ClusterApi cluster, params string[] arguments)
    {
        string home = Path.GetDirectoryName(cluster.ConfigFile)!;
        await using ChildProcess kubectl = ChildProcess.Start(
            ProgramPath.Find("kubectl")!, arguments, [KeyValuePair.Create("KUBECONFIG", cluster.ConfigFile), KeyValuePair.Create("HOME", home)]);
        return (await kubectl.ExitAsync(InTime.Limit), kubectl.Output + kubectl.Error);
    }
}
