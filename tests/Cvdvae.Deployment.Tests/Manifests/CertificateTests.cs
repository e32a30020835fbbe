using k8s.Models;
using Xunit;

namespace Cvdvae.Deployment.Tests.Manifests;

/// <summary>The components of TLS, by themselves and with all others.</summary>
public sealed class CertificateTests
{
    [Fact]
    public async Task Mtls_Always_GivesEveryServiceItsCertificateAndLetsItsCallersIn()
    {
        RenderedManifests manifests = await Kustomization.OverlayAsync("mtls");
        HasCertificates(manifests);
        Assert.Null(manifests.One<V1Service>("cvdvae-gateway").Spec.Ports[0].AppProtocol);
    }

    [Fact]
    public async Task AllComponents_Together_StillFit()
    {
        RenderedManifests manifests = await Kustomization.ComposeAsync("two-stage", "gpu", "monitoring", "mtls", "mtls-two-stage");
        HasCertificates(manifests);
        Assert.Equal(4, manifests.Deployments.Count());
        CustomResource monitor = Assert.Single(manifests.Custom, item => item.Kind.EndsWith("/ServiceMonitor", StringComparison.Ordinal) && item.Name == "cvdvae-gateway");
        Assert.Equal("https", Assert.Single(monitor.Texts("spec.endpoints.*.scheme")));
        Assert.All(manifests.Custom, item => Assert.Equal("cvdvae", item.Namespace));
    }

    private static void HasCertificates(RenderedManifests manifests)
    {
        CustomResource[] certificates = [.. manifests.Custom.Where(item => item.Kind.EndsWith("/Certificate", StringComparison.Ordinal))];
        string[] issuers = [.. manifests.Custom.Where(item => item.Kind.EndsWith("/Issuer", StringComparison.Ordinal)).Select(item => item.Name)];
        Assert.All(certificates, item => Assert.Contains(item.Text("spec.issuerRef.name"), issuers));
        foreach (V1Deployment deployment in manifests.Deployments)
        {
            IReadOnlyDictionary<string, string> settings = PodSettings.Of(manifests, deployment.Spec.Template);
            Assert.StartsWith("https://", settings["Listen__Grpc"], StringComparison.Ordinal);
            string secret = Assert.Single(deployment.Spec.Template.Spec.Volumes, volume => volume.Secret is not null).Secret.SecretName;
            CustomResource certificate = Assert.Single(certificates, item => item.Text("spec.secretName") == secret);
            Assert.Contains("server auth", certificate.Texts("spec.usages.*"));
            Assert.Contains("client auth", certificate.Texts("spec.usages.*"));
            Assert.Contains(deployment.Name(), certificate.Texts("spec.dnsNames.*"));

            // A file of the mount, not of a copy: renewed secrets appear there.
            V1VolumeMount mount = Assert.Single(deployment.Spec.Template.Spec.Containers[0].VolumeMounts, item => item.Name == "tls");
            Assert.Null(mount.SubPath);
            Assert.All(settings.Where(item => item.Key.StartsWith("Tls__", StringComparison.Ordinal) && item.Key.EndsWith("Path", StringComparison.Ordinal)), item => Assert.StartsWith($"{mount.MountPath}/", item.Value, StringComparison.Ordinal));

            // Whoever it calls by name calls it by TLS and lets it in.
            foreach (string address in settings.Values.Where(value => value.StartsWith("dns:///", StringComparison.Ordinal)))
            {
                string called = address["dns:///".Length..].Split(':')[0];
                Assert.Equal("true", settings["Channels__Tls"]);
                Assert.Equal("/tls/ca.crt", settings["Tls__ServerCaPath"]);
                IReadOnlyDictionary<string, string> other = PodSettings.Of(manifests, manifests.One<V1Deployment>(called).Spec.Template);
                Assert.Equal("/tls/ca.crt", other["Tls__ClientCaPath"]);
                Assert.Equal([deployment.Name()], other.Where(item => item.Key.StartsWith("Tls__AllowedClientNames__", StringComparison.Ordinal)).Select(item => item.Value));
            }
        }
    }
}
