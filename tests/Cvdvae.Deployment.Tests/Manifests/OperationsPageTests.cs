using System.Text.RegularExpressions;
using Cvdvae.TestUtils;
using k8s.Models;
using Xunit;

namespace Cvdvae.Deployment.Tests.Manifests;

/// <summary>The kustomizations that <c>docs/operations.md</c> shows.</summary>
public sealed partial class OperationsPageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Example_OfAFolderOfOnesOwn_IsAWholeDeployment()
    {
        RenderedManifests manifests = await RenderAsync("mtls-two-stage");
        Assert.Equal(4, manifests.Deployments.Count());
        IReadOnlyDictionary<string, string> gateway = PodSettings.Of(
            manifests, manifests.One<V1Deployment>("cvdvae-gateway").Spec.Template);
        Assert.Equal(("ffhq256", "/edge-tls/tls.crt", "/auth/api-keys.json"),
            (gateway["Gateway__DefaultModel"], gateway["Tls__CertificatePath"], gateway["Auth__ApiKeys__Path"]));
        Assert.All(manifests.All<V1ServiceAccount>(), account => Assert.Single(account.ImagePullSecrets));
    }

    [Fact]
    public async Task Example_OfNames_GivesThemToTheIngresses()
    {
        RenderedManifests manifests = await RenderAsync("components/ingress");
        Assert.Equal(["faces.example.org", "grpc.faces.example.org"], manifests.All<V1Ingress>().Select(item => item.Spec.Rules[0].Host)
            .Order());
        Assert.All(manifests.All<V1Ingress>(), item => Assert.Equal(item.Spec.Rules[0].Host, item.Spec.Tls[0].Hosts[0]));
        Assert.All(manifests.All<V1Ingress>(), item => Assert.Equal(
            "letsencrypt", item.Metadata.Annotations["cert-manager.io/cluster-issuer"]));
    }

    [Fact]
    public async Task Example_OfImages_RenamesThemAll()
    {
        RenderedManifests manifests = await RenderAsync("newName: registry.example.com/team/cvdvae-encoder");
        Assert.All(manifests.Pods, item => Assert.StartsWith(
            "registry.example.com/team/cvdvae-", item.Pod.Spec.Containers[0].Image, StringComparison.Ordinal));
    }

    [Fact]
    public void Overlays_OfTheTable_AreThoseThatThereAre()
    {
        string table = Text()[Text().IndexOf("| overlay | is |", StringComparison.Ordinal)..];
        table = table[..table.IndexOf("\n\n", StringComparison.Ordinal)];
        Assert.Equal(Kustomization.Overlays.Select(row => (string)row.Data).Order(StringComparer.Ordinal), Row().Matches(table)
            .Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    private static string Text() => File.ReadAllText(Path.Combine(BuildOutput.Root, "docs", "operations.md"));

    /// <summary>Renders the one block that has a text, as a folder beside the clone.</summary>
    private async Task<RenderedManifests> RenderAsync(string part)
    {
        string block = Assert.Single(Block().Matches(Text()).Select(match => match.Groups[1].Value), text =>
            text.Contains(part, StringComparison.Ordinal));
        SourceFolder.Copy("k8s", _folder["cvdvae", "k8s"]);
        Directory.CreateDirectory(_folder["own"]);
        block = block.Replace("../k8s/", "../cvdvae/k8s/", StringComparison.Ordinal);
        await File.WriteAllTextAsync(
            _folder["own", "kustomization.yaml"],
            block.Contains("resources:", StringComparison.Ordinal) ? block : $"resources: [../cvdvae/k8s/base]\n{block}",
            TestContext.Current.CancellationToken);
        return await Kustomization.OfAsync(_folder["own"]);
    }

    [GeneratedRegex("^```\n((?:resources|components|images):.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^\| `([a-z-]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
