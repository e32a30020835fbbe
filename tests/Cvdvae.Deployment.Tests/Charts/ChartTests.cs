using System.Text.Json;
using System.Text.RegularExpressions;
using Cvdvae.Deployment.Tests.Manifests;
using Cvdvae.Deployment.Tests.Settings;
using Cvdvae.TestUtils;
using k8s;
using k8s.Models;
using Xunit;
using YamlDotNet.Serialization;

namespace Cvdvae.Deployment.Tests.Charts;

/// <summary>The Helm chart: the manifests of <c>k8s/</c> with values put in.</summary>
public sealed class ChartTests(RenderedChart chart) : IClassFixture<RenderedChart>
{
    [Fact]
    public async Task Files_OfTheChart_AreWhatTheManifestsAre()
    {
        Assert.SkipWhen(ProgramPath.Find("kubectl") is null, "there is no kubectl");
        using var fresh = new TemporaryFolder();
        await using ChildProcess script = ChildProcess.Start(Path.Combine(BuildOutput.Root, "build", "chart.sh"), [fresh.FolderPath]);
        Assert.True(await script.ExitAsync(InTime.Limit) == 0, script.Error);
        string there = Path.Combine(RenderedChart.Folder, "files");
        Assert.Equal(fresh.Files(""), Directory.GetFiles(there).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(fresh.Files(""), file => Assert.True(File.ReadAllText(fresh.File(file)) == File.ReadAllText(Path.Combine(there, file)),
            $"charts/cvdvae/files/{file} is not what k8s/ says: make chart"));
    }

    [Theory]
    [InlineData("cpu", "embedded-model")]
    [InlineData("cpu-volume")]
    [InlineData("gpu", "gpu")]
    [InlineData("gpu-two-stage", "two-stage", "gpu")]
    public async Task Chart_WithTheValuesAsTheyCome_IsWhatKustomizeMakes(string deployment, params string[] components)
    {
        RenderedManifests rendered = await chart.RenderAsync($"deployment: {deployment}");
        RenderedManifests expected = await Kustomization.ComposeAsync(components);
        Assert.Empty(rendered.Custom);
        Assert.Equal(expected.Objects.Where(item => item is not V1Namespace).Select(Plain)
            .Order(StringComparer.Ordinal), rendered.Objects.Select(Plain).Order(StringComparer.Ordinal));
        Assert.All(rendered.Objects, item => Assert.Equal("faces", item.Namespace()));
    }

    [Fact]
    public async Task Chart_WithEveryValue_HasThemAll()
    {
        RenderedManifests manifests = await chart.RenderAsync(
            """
            deployment: gpu-two-stage
            images: { registry: registry.example.com:5000/team, version: 0.2.0, pullSecrets: [mine, yours] }
            models: { storageClass: nfs, size: 50Gi }
            replicas: { decoder-fine: { min: 3, max: 7 } }
            settings: { gateway: { Gateway__DefaultModel: ffhq256, Gateway__MaxSamples: 8 }, decoder-fine: { Scheduler__MaxRows: "16" } }
            apiKeys: { secret: keys }
            """);
        Assert.Equal(
            [
                "registry.example.com:5000/team/cvdvae-decoder:0.2.0-cuda", "registry.example.com:5000/team/cvdvae-decoder:0.2.0-cuda",
                "registry.example.com:5000/team/cvdvae-encoder:0.2.0-cuda", "registry.example.com:5000/team/cvdvae-gateway:0.2.0-cpu",
            ],
            manifests.Pods.Select(item => item.Pod.Spec.Containers[0].Image).Order(StringComparer.Ordinal));
        Assert.All(manifests.All<V1ServiceAccount>(), account =>
            Assert.Equal(["mine", "yours"], account.ImagePullSecrets.Select(secret => secret.Name)));
        V1PersistentVolumeClaimSpec claim = manifests.One<V1PersistentVolumeClaim>("cvdvae-models").Spec;
        Assert.Equal(("nfs", "50Gi"), (claim.StorageClassName, claim.Resources.Requests["storage"].ToString()));
        V2HorizontalPodAutoscalerSpec fine = manifests.One<V2HorizontalPodAutoscaler>("cvdvae-decoder-fine").Spec;
        Assert.Equal((3, 7), (fine.MinReplicas, fine.MaxReplicas));
        Assert.Equal(20, manifests.One<V2HorizontalPodAutoscaler>("cvdvae-decoder").Spec.MaxReplicas);

        IReadOnlyDictionary<string, string> gateway = PodSettings.Of(
            manifests, manifests.One<V1Deployment>("cvdvae-gateway").Spec.Template);
        Assert.Equal(("ffhq256", "8", "/auth/api-keys.json"),
            (gateway["Gateway__DefaultModel"], gateway["Gateway__MaxSamples"], gateway["Auth__ApiKeys__Path"]));
        Assert.Equal("keys", manifests.One<V1Deployment>("cvdvae-gateway").Spec.Template.Spec.Volumes.Single(volume =>
            volume.Name == "api-keys").Secret.SecretName);
        Assert.Equal("16", PodSettings.Of(manifests, manifests.One<V1Deployment>("cvdvae-decoder-fine").Spec.Template)[
            "Scheduler__MaxRows"]);
        Assert.DoesNotContain("Scheduler__MaxRows", PodSettings.Of(
            manifests, manifests.One<V1Deployment>("cvdvae-decoder").Spec.Template).Keys);
    }

    /// <summary>Helm keeps the name of a ConfigMap whose settings change, so something else must roll the pods.</summary>
    [Fact]
    public async Task Pods_OfOtherSettings_AreOthers()
    {
        RenderedManifests before = await chart.RenderAsync("{}");
        RenderedManifests after = await chart.RenderAsync("settings: { encoder: { Torch__Threads: 1 } }");
        Assert.Equal(["cvdvae-encoder"], before.Pods.Zip(after.Pods).Where(pair => Text(pair.First.Pod) != Text(pair.Second.Pod))
            .Select(pair => pair.First.Name));
        await using ServiceOptions options = ServiceOptions.Of("encoder", []);
        Assert.Contains(options.Types, type => OptionKeys.Has(type, "Torch:Threads"));
    }

    [Fact]
    public async Task Models_OnAClaimOfOnesOwn_AreThere()
    {
        RenderedManifests manifests = await chart.RenderAsync("{ deployment: cpu-volume, models: { existingClaim: mine } }");
        Assert.Empty(manifests.All<V1PersistentVolumeClaim>());
        Assert.All(manifests.Pods.Where(item => item.Name != "cvdvae-gateway"), item =>
            Assert.Equal("mine", item.Pod.Spec.Volumes.Single(volume => volume.Name == "models").PersistentVolumeClaim.ClaimName));
    }

    [Fact]
    public async Task Ingress_OfOtherNames_HasThem()
    {
        RenderedManifests manifests = await chart.RenderAsync(
            """
            edge: { kind: ingress, class: traefik, pageHost: faces.example.org, grpcHost: api.example.org, tlsSecret: edge,
              annotations: { cert-manager.io/cluster-issuer: letsencrypt } }
            """);
        Assert.Equal(["cvdvae-grpc", "cvdvae-page"], manifests.All<V1Ingress>().Select(item => item.Name()).Order());
        Assert.All(manifests.All<V1Ingress>(), item =>
        {
            string host = item.Name() == "cvdvae-grpc" ? "api.example.org" : "faces.example.org";
            Assert.Equal(("traefik", "edge", host, host), (item.Spec.IngressClassName, item.Spec.Tls[0].SecretName,
                Assert.Single(item.Spec.Tls[0].Hosts), Assert.Single(item.Spec.Rules).Host));
            Assert.Equal("letsencrypt", item.Metadata.Annotations["cert-manager.io/cluster-issuer"]);
            Assert.Contains("nginx.ingress.kubernetes.io/proxy-body-size", item.Metadata.Annotations.Keys);
        });
    }

    [Fact]
    public async Task GatewayApi_OfOtherNames_HasThem()
    {
        RenderedManifests manifests = await chart.RenderAsync(
            "edge: { kind: gateway-api, class: cilium, pageHost: faces.example.org, grpcHost: api.example.org, tlsSecret: edge }");
        CustomResource gateway = Assert.Single(manifests.Custom, item => item.Kind.EndsWith("/Gateway", StringComparison.Ordinal));
        Assert.Equal("cilium", gateway.Text("spec.gatewayClassName"));
        Assert.Equal(["faces.example.org", "api.example.org"], gateway.Texts("spec.listeners.*.hostname"));
        Assert.All(gateway.Texts("spec.listeners.*.tls.certificateRefs.*.name"), name => Assert.Equal("edge", name));
        Assert.Equal(
            [("GRPCRoute", "api.example.org"), ("HTTPRoute", "faces.example.org")],
            manifests.Custom.Where(item => item != gateway).Select(item => (item.Kind.Split('/')[^1], item.Text("spec.hostnames.*")))
                .Order());
    }

    [Theory]
    [InlineData("deployment: tpu", "tpu")]
    [InlineData("edge: { kind: nginx }", "nginx")]
    public async Task Values_ThatNothingIsFor_AreRefusedByName(string values, string name)
    {
        (int status, string output, string error) = await chart.RunAsync(values);
        Assert.NotEqual(0, status);
        Assert.Contains(name, error + output, StringComparison.Ordinal);
    }

    /// <summary>Helm refuses what the schema does not know, so it must know everything that there is.</summary>
    [Fact]
    public void Schema_OfTheValues_KnowsThemAllAndNoMore()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(RenderedChart.Folder, "values.schema.json")));
        string text = File.ReadAllText(Path.Combine(RenderedChart.Folder, "values.yaml"));
        Dictionary<object, object> values = new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(text);
        JsonElement definitions = schema.RootElement.GetProperty("definitions");
        Compare(schema.RootElement, values, "");

        void Compare(JsonElement schema, Dictionary<object, object> values, string path)
        {
            schema = schema.TryGetProperty("$ref", out JsonElement reference)
                ? definitions.GetProperty(reference.GetString()!.Split('/')[^1]) : schema;
            Assert.Equal("object", schema.GetProperty("type").GetString());
            if (!schema.TryGetProperty("properties", out JsonElement properties))
            {
                Assert.True(values.Count == 0 && schema.GetProperty("additionalProperties").ValueKind == JsonValueKind.Object,
                    $"{path} has no properties");
                return;
            }

            Assert.False(schema.GetProperty("additionalProperties").GetBoolean());
            Assert.Equal(values.Keys.Cast<string>().Order(StringComparer.Ordinal), properties.EnumerateObject()
                .Select(property => property.Name).Order(StringComparer.Ordinal));
            foreach ((object key, object value) in values)
            {
                if (value is Dictionary<object, object> inner)
                {
                    Compare(properties.GetProperty((string)key), inner, $"{path}.{key}");
                }
            }
        }
    }

    // Without what a release gives it, its namespace and the sum of its settings, and without the hash of the settings that are gone again
    // (the file of keys).
    private static string Plain(IKubernetesObject<V1ObjectMeta> item)
    {
        string text = Text(item).Replace("namespace: faces", "namespace: cvdvae", StringComparison.Ordinal);
        return Regex.Replace(Regex.Replace(text, @"\n +annotations:\n +checksum/settings: [0-9a-f]{64}(?=\n)", ""),
            "(?<=cvdvae-gateway-)[a-z0-9]{10}(?=\n)", "");
    }

    private static string Text(object item) => KubernetesYaml.Serialize(item);
}
