using Xunit;

namespace Cvdvae.Deployment.Tests.Manifests;

/// <summary>Components in an order, or a company, that would render a deployment that does not work.</summary>
public sealed class ComponentOrderTests
{
    [Theory]
    [InlineData("two-stage-goes-before", "embedded-model", "two-stage")]
    [InlineData("two-stage-goes-before", "gpu", "two-stage")]
    [InlineData("two-stage-goes-before", "pull-secret", "two-stage")]
    [InlineData("two-stage-goes-before", "mtls", "two-stage", "mtls-two-stage")]
    [InlineData("monitoring-goes-before-mtls-and-tls", "mtls", "monitoring")]
    [InlineData("monitoring-goes-before-mtls-and-tls", "tls", "monitoring")]
    [InlineData("mtls-goes-before-tls", "tls", "mtls")]
    [InlineData("cvdvae-decoder-fine", "keda", "keda-two-stage")]
    [InlineData("cvdvae-decoder-fine", "keda", "keda-two-stage", "two-stage")]
    [InlineData("cvdvae-decoder-fine", "monitoring", "mtls", "mtls-two-stage")]
    [InlineData("Certificate", "two-stage", "mtls-two-stage", "mtls")]
    [InlineData("ScaledObject", "two-stage", "keda-two-stage", "keda")]
    [InlineData("tls-and-mtls-go-without-a-proxy", "ingress", "tls")]
    [InlineData("a-proxy-goes-without-tls-and-mtls", "mtls", "ingress")]
    [InlineData("tls-and-mtls-go-without-a-proxy", "gateway-api", "mtls")]
    [InlineData("a-proxy-goes-without-tls-and-mtls", "tls", "gateway-api")]
    public async Task Render_ComponentsThatDoNotGoSo_IsRefusedByWhatIsWrong(string reason, params string[] components) =>
        Assert.Contains(reason, await Kustomization.RefusalAsync(components), StringComparison.Ordinal);

    [Theory]
    [InlineData("two-stage", "gpu", "monitoring", "keda", "keda-two-stage", "mtls", "mtls-two-stage", "api-keys", "tls", "load-balancer", "pull-secret")]
    [InlineData("two-stage", "embedded-model", "pull-secret", "gpu", "mtls", "mtls-two-stage")]
    [InlineData("monitoring", "ingress", "api-keys", "pull-secret", "embedded-model")]
    [InlineData("gateway-api", "api-keys", "keda", "monitoring")]
    [InlineData("load-balancer", "tls", "pull-secret")]
    public async Task Render_ComponentsThatGoTogether_IsADeploymentAndNoneOfTheMarks(params string[] components)
    {
        RenderedManifests manifests = await Kustomization.ComposeAsync(components);

        Assert.NotEmpty(manifests.Deployments);
        Assert.DoesNotContain(manifests.Objects, item => item.Metadata.Annotations?.ContainsKey("config.kubernetes.io/local-config") == true);
        Assert.DoesNotContain(manifests.Objects, item => item.Metadata.Name.Contains("-goes-", StringComparison.Ordinal));
    }
}
