using System.Globalization;
using k8s.Models;
using Xunit;

namespace Cvdvae.Deployment.Tests.Manifests;

/// <summary>What the services of every overlay must have beside what all pods have.</summary>
public sealed class ServiceRoleTests
{
    // In which aborted calls may still end, and the process itself.
    private static readonly TimeSpan AfterTimeout = TimeSpan.FromSeconds(15);

    public static TheoryData<string> Overlays => Kustomization.Overlays;

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Overlay_Always_IsAWholeDeployment(string overlay)
    {
        RenderedManifests manifests = await Kustomization.OverlayAsync(overlay);
        string[] expected = ["cvdvae-decoder", "cvdvae-encoder", "cvdvae-gateway"];
        string[] further = overlay.Contains("two-stage", StringComparison.Ordinal) ? ["cvdvae-decoder-fine"] : [];
        Assert.Equal(expected.Concat(further).Order(StringComparer.Ordinal), manifests.Deployments.Select(item => item.Name()).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Probes_Always_AskThePortsThatAnswer(string overlay)
    {
        RenderedManifests manifests = await Kustomization.OverlayAsync(overlay);
        Assert.All(manifests.Deployments, deployment =>
        {
            V1Container container = Assert.Single(deployment.Spec.Template.Spec.Containers);
            IReadOnlyDictionary<string, string> settings = PodSettings.Of(manifests, deployment.Spec.Template);
            Assert.StartsWith("http://", settings["Listen__Health"], StringComparison.Ordinal);
            Assert.All((V1Probe[])[container.StartupProbe, container.ReadinessProbe, container.LivenessProbe], probe =>
            {
                Assert.Equal(Port(settings["Listen__Health"]), probe.Grpc.Port);
                Assert.True(probe.PeriodSeconds > 0 && probe.FailureThreshold > 0);
            });
            Assert.Null(container.ReadinessProbe.Grpc.Service);
            Assert.Equal("live", container.LivenessProbe.Grpc.Service);
        });
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Ports_Always_AreThoseThatTheServiceListensOn(string overlay)
    {
        RenderedManifests manifests = await Kustomization.OverlayAsync(overlay);
        Assert.All(manifests.Deployments, deployment =>
        {
            IReadOnlyDictionary<string, string> settings = PodSettings.Of(manifests, deployment.Spec.Template);
            Assert.Equal(
                [("grpc", Port(settings["Listen__Grpc"])), ("http", Port(settings["Listen__Http1"])), ("health", Port(settings["Listen__Health"]))],
                deployment.Spec.Template.Spec.Containers[0].Ports.Select(port => (port.Name, port.ContainerPort)));
        });
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Grace_Always_IsLongerThanTheDrain(string overlay)
    {
        RenderedManifests manifests = await Kustomization.OverlayAsync(overlay);
        Assert.All(manifests.Deployments, deployment =>
        {
            IReadOnlyDictionary<string, string> settings = PodSettings.Of(manifests, deployment.Spec.Template);
            TimeSpan drain = Time(settings["Shutdown__Delay"]) + Time(settings["Shutdown__Timeout"]);
            TimeSpan preStop = TimeSpan.FromSeconds(deployment.Spec.Template.Spec.Containers[0].Lifecycle?.PreStop?.Sleep?.Seconds ?? 0);
            Assert.True(TimeSpan.FromSeconds(deployment.Spec.Template.Spec.TerminationGracePeriodSeconds ?? 30) >= preStop + drain + AfterTimeout);
        });
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Delay_OfWhoIsCalled_OutlastsItsCallersMemoryOfNames(string overlay)
    {
        RenderedManifests manifests = await Kustomization.OverlayAsync(overlay);
        TimeSpan longest = manifests.Deployments.Select(deployment => PodSettings.Of(manifests, deployment.Spec.Template))
            .Where(settings => settings.Values.Any(value => value.StartsWith("dns:", StringComparison.Ordinal)))
            .Max(settings => Time(settings["Channels__ResolverRefresh"]));
        Assert.All(manifests.Deployments, deployment => Assert.True(Time(PodSettings.Of(manifests, deployment.Spec.Template)["Shutdown__Delay"]) > longest));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Pods_Always_AreSpreadOverZonesAndNodes(string overlay)
    {
        RenderedManifests manifests = await Kustomization.OverlayAsync(overlay);
        Assert.All(manifests.Deployments, deployment =>
        {
            V1PodTemplateSpec pod = deployment.Spec.Template;
            Assert.Equal(["kubernetes.io/hostname", "topology.kubernetes.io/zone"], pod.Spec.TopologySpreadConstraints.Select(spread => spread.TopologyKey).Order());
            Assert.All(pod.Spec.TopologySpreadConstraints, spread => Assert.Equal(deployment.Spec.Selector.MatchLabels, spread.LabelSelector.MatchLabels));
        });
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("gpu-two-stage")]
    public async Task Networks_OnCards_HaveOneEachAndSayIt(string overlay)
    {
        RenderedManifests manifests = await Kustomization.OverlayAsync(overlay);
        Assert.All(manifests.Deployments.Where(item => item.Name() != "cvdvae-gateway"), deployment =>
        {
            V1PodSpec pod = deployment.Spec.Template.Spec;
            Assert.Equal(1, pod.Containers[0].Resources.Limits["nvidia.com/gpu"].ToInt32());
            Assert.Equal("cuda", PodSettings.Of(manifests, deployment.Spec.Template)["Torch__Device"]);
            Assert.Contains("nvidia.com/gpu.present", pod.NodeSelector);
            Assert.Contains(pod.Tolerations, toleration => toleration.Key == "nvidia.com/gpu");
            Assert.Equal("0", deployment.Spec.Strategy.RollingUpdate.MaxSurge.Value);
        });
        Assert.Null(manifests.One<V1Deployment>("cvdvae-gateway").Spec.Template.Spec.NodeSelector);
    }

    private static int Port(string address) => new Uri(address.Replace('*', 'x')).Port;

    private static TimeSpan Time(string text) => TimeSpan.Parse(text, CultureInfo.InvariantCulture);
}
