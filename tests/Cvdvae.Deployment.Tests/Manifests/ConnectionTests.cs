using k8s.Models;
using Xunit;

namespace Cvdvae.Deployment.Tests.Manifests;

/// <summary>That what refers to each other fits.</summary>
public sealed class ConnectionTests
{
    public static TheoryData<string> Overlays => Kustomization.Overlays;

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Selectors_OfDeployments_MatchTheirPodsAlone(string overlay)
    {
        RenderedManifests manifests = await Kustomization.OverlayAsync(overlay);
        Assert.All(manifests.Deployments, deployment => Assert.Equal([deployment.Name()], Selected(manifests, deployment.Spec.Selector.MatchLabels)));
        Assert.All(manifests.Deployments, deployment => Assert.Null(deployment.Spec.Replicas));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Services_Always_SelectPodsThatHaveTheirPorts(string overlay)
    {
        RenderedManifests manifests = await Kustomization.OverlayAsync(overlay);
        Assert.All(manifests.All<V1Service>(), service =>
        {
            V1Deployment target = manifests.One<V1Deployment>(Assert.Single(Selected(manifests, service.Spec.Selector)));
            Assert.All(service.Spec.Ports, port =>
            {
                V1ContainerPort container = Assert.Single(target.Spec.Template.Spec.Containers[0].Ports, item => item.Name == port.TargetPort.Value);
                Assert.Equal(container.ContainerPort, port.Port);
                Assert.Equal(container.Name, port.Name);
            });
        });
        Assert.All(manifests.Deployments.Where(item => item.Name() != "cvdvae-gateway"), item => Assert.Equal("None", manifests.One<V1Service>(item.Name()).Spec.ClusterIP));
        Assert.Null(manifests.One<V1Service>("cvdvae-gateway").Spec.ClusterIP);
        Assert.Equal("None", manifests.One<V1Service>("cvdvae-gateway-headless").Spec.ClusterIP);
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Addresses_InSettings_AreHeadlessServicesOfTheRightPort(string overlay)
    {
        RenderedManifests manifests = await Kustomization.OverlayAsync(overlay);
        foreach (V1Deployment deployment in manifests.Deployments)
        {
            foreach ((string key, string value) in PodSettings.Of(manifests, deployment.Spec.Template).Where(item => item.Value.StartsWith("dns:///", StringComparison.Ordinal)))
            {
                string[] parts = value["dns:///".Length..].Split(':');
                V1Service service = manifests.One<V1Service>(parts[0]);
                Assert.Equal("None", service.Spec.ClusterIP);
                Assert.Equal(parts[1], $"{Assert.Single(service.Spec.Ports, port => port.Name == "grpc").Port}");
                string expected = key switch
                {
                    "Gateway__Decoders__0" => "cvdvae-decoder",
                    "Encoder__Address" => "cvdvae-encoder",
                    "Decoder__Next" => "cvdvae-decoder-fine",
                    _ => $"no service for {key}",
                };
                Assert.Equal(expected, parts[0]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task DisruptionBudgets_Always_LetOnePodOfEachGo(string overlay)
    {
        RenderedManifests manifests = await Kustomization.OverlayAsync(overlay);
        Assert.Equal(
            manifests.Deployments.Select(item => item.Name()).Order(),
            manifests.All<V1PodDisruptionBudget>().Select(budget => Assert.Single(Selected(manifests, budget.Spec.Selector.MatchLabels))).Order());
        Assert.All(manifests.All<V1PodDisruptionBudget>(), budget => Assert.Equal("1", budget.Spec.MaxUnavailable.Value));
    }

    [Theory]
    [InlineData("cvdvae-decoder", "cvdvae-decoder-fine")]
    public async Task Stages_OfTheTwoStageOverlay_FollowEachOther(string first, string next)
    {
        RenderedManifests manifests = await Kustomization.OverlayAsync("gpu-two-stage");
        string[] firsts = PodSettings.Of(manifests, manifests.One<V1Deployment>(first).Spec.Template)["Decoder__Stages"].Split('-');
        string[] nexts = PodSettings.Of(manifests, manifests.One<V1Deployment>(next).Spec.Template)["Decoder__Stages"].Split('-');
        Assert.Equal("1", firsts[0]);
        Assert.Equal(2 * int.Parse(firsts[1], System.Globalization.CultureInfo.InvariantCulture), int.Parse(nexts[0], System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Names of the pods that labels select.</summary>
    private static string[] Selected(RenderedManifests manifests, IDictionary<string, string> labels)
    {
        Assert.NotEmpty(labels);
        return [.. manifests.Pods.Where(item => labels.All(label => item.Pod.Metadata.Labels.TryGetValue(label.Key, out string? value) && value == label.Value)).Select(item => item.Name)];
    }
}
