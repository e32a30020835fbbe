using Cvdvae.TestUtils;
using k8s.Models;
using Xunit;

namespace Cvdvae.Deployment.Tests.Manifests;

/// <summary>The ways in: keys, TLS, proxies in front.</summary>
public sealed class EdgeTests
{
    private const string GrpcHost = "grpc.cvdvae.example.com";
    private const string PageHost = "cvdvae.example.com";

    private static readonly string[] CallsOfGrpc = ["/cvdvae.v1.SuperResolutionService/Upscale",
        "/cvdvae.v1.SuperResolutionService/ListModels", "/grpc.health.v1.Health/Check"];
    private static readonly string[] Inner = ["/metrics", "/healthz/ready", "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"];

    [Fact]
    public async Task Ingress_Always_LetsThroughCallsAndThePageAndNothingElse()
    {
        RenderedManifests manifests = await Kustomization.OverlayAsync("ingress");
        V1Ingress grpc = manifests.One<V1Ingress>("cvdvae-grpc");
        Assert.Equal("GRPC", grpc.Metadata.Annotations["nginx.ingress.kubernetes.io/backend-protocol"]);
        Assert.DoesNotContain("nginx.ingress.kubernetes.io/backend-protocol", manifests.One<V1Ingress>("cvdvae-page").Metadata.Annotations);
        V1IngressRule[] rules = [.. manifests.All<V1Ingress>().SelectMany(ingress => ingress.Spec.Rules)];
        Assert.Equal([PageHost, GrpcHost], rules.Select(rule => rule.Host).Order());
        Assert.All(manifests.All<V1Ingress>(), ingress =>
        {
            Assert.Equal(ingress.Spec.Rules.Select(rule => rule.Host), Assert.Single(ingress.Spec.Tls).Hosts);
            Assert.Equal("cvdvae-edge-tls", ingress.Spec.Tls[0].SecretName);
            Assert.Equal("off", ingress.Metadata.Annotations["nginx.ingress.kubernetes.io/proxy-next-upstream"]);

            // As much as the gateway takes.
            long most = long.Parse(PodSettings.Of(manifests, manifests.One<V1Deployment>("cvdvae-gateway").Spec.Template)[
                "Gateway__MaxMessageBytes"], System.Globalization.CultureInfo.InvariantCulture);
            Assert.True(int.Parse(ingress.Metadata.Annotations["nginx.ingress.kubernetes.io/proxy-body-size"].TrimEnd('m'),
                System.Globalization.CultureInfo.InvariantCulture) * 1048576L >= most);
        });

        V1HTTPIngressPath[] Paths(string host) => [.. rules.Single(rule => rule.Host == host).Http.Paths];
        Check(
            (host, path) => Paths(host).FirstOrDefault(item =>
                item.PathType == "Exact" ? item.Path == path : item.PathType == "Prefix"
                && IsBelow(path, item.Path))?.Backend.Service is { } service
                ? Port(manifests, service.Name, service.Port.Name) : null);
    }

    [Fact]
    public async Task GatewayApi_Always_LetsThroughCallsAndThePageAndNothingElse()
    {
        RenderedManifests manifests = await Kustomization.OverlayAsync("gateway-api");
        CustomResource gateway = Assert.Single(manifests.Custom, item => item.Kind.EndsWith("/Gateway", StringComparison.Ordinal));
        Assert.Equal([PageHost, GrpcHost], gateway.Texts("spec.listeners.*.hostname"));
        Assert.All(gateway.Texts("spec.listeners.*.tls.mode"), mode => Assert.Equal("Terminate", mode));
        CustomResource page = Assert.Single(manifests.Custom, item => item.Kind.EndsWith("/HTTPRoute", StringComparison.Ordinal));
        CustomResource grpc = Assert.Single(manifests.Custom, item => item.Kind.EndsWith("/GRPCRoute", StringComparison.Ordinal));
        Assert.All([(page, "page", PageHost), (grpc, "grpc", GrpcHost)], item =>
        {
            // A name is of one kind of route, and its listener takes that kind alone.
            (CustomResource route, string listener, string host) = item;
            Assert.Equal(gateway.Name, route.Text("spec.parentRefs.*.name"));
            Assert.Equal(listener, route.Text("spec.parentRefs.*.sectionName"));
            Assert.Equal(host, route.Text("spec.hostnames.*"));
        });
        Assert.Equal(["HTTPRoute", "GRPCRoute"], gateway.Texts("spec.listeners.*.allowedRoutes.kinds.*.kind"));
        Assert.Equal("0s", page.Text("spec.rules.*.timeouts.request"));

        // HTTP/2 without TLS is what that port speaks, and the Service says so.
        Assert.Equal("kubernetes.io/h2c", Assert.Single(manifests.One<V1Service>(grpc.Text("spec.rules.*.backendRefs.*.name")).Spec.Ports,
            port => $"{port.Port}" == grpc.Text("spec.rules.*.backendRefs.*.port")).AppProtocol);
        (string Type, string Path)[] paths = [.. page.Texts("spec.rules.*.matches.*.path.type")
            .Zip(page.Texts("spec.rules.*.matches.*.path.value"))];
        Check((host, path) => host == PageHost
            ? paths.Any(item => item.Type == "Exact" ? item.Path == path : item.Type == "PathPrefix" && IsBelow(path, item.Path))
                ? page.Text("spec.rules.*.backendRefs.*.port") : null
            : grpc.Texts("spec.rules.*.matches.*.method.service").Any(service => IsBelow(path, $"/{service}"))
                ? grpc.Text("spec.rules.*.backendRefs.*.port") : null);
    }

    [Theory]
    [InlineData("ingress", "ingress-nginx")]
    [InlineData("gateway-api", "envoy-gateway-system")]
    public async Task Policies_OfAProxysNamespace_LetItReachTheGatewayAlone(string overlay, string proxy)
    {
        RenderedManifests manifests = await Kustomization.OverlayAsync(overlay);
        Assert.Equal(
            [$"{proxy} -> cvdvae-gateway:grpc", $"{proxy} -> cvdvae-gateway:http"],
            new NetworkReach(manifests).Ways(proxy).Where(way => way.StartsWith(proxy, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task ApiKeys_Always_AreAFileOfTheSecretThatTheGatewayAloneMounts()
    {
        RenderedManifests manifests = await Kustomization.ComposeAsync("two-stage", "api-keys");
        V1PodSpec pod = manifests.One<V1Deployment>("cvdvae-gateway").Spec.Template.Spec;
        V1Volume volume = Assert.Single(pod.Volumes, item => item.Secret is not null);
        Assert.Equal("cvdvae-api-keys", volume.Secret.SecretName);
        Assert.NotEqual(true, volume.Secret.Optional); // or a gateway would start without it, and let everybody in

        // A folder, not a copy of a file: a changed secret appears there.
        V1VolumeMount mount = Assert.Single(pod.Containers[0].VolumeMounts, item => item.Name == volume.Name);
        Assert.True(mount.SubPath is null && mount.ReadOnlyProperty == true);
        Assert.Equal($"{mount.MountPath}/api-keys.json", PodSettings.Of(
            manifests, manifests.One<V1Deployment>("cvdvae-gateway").Spec.Template)["Auth__ApiKeys__Path"]);
        Assert.All(manifests.Deployments.Where(item => item.Name() != "cvdvae-gateway"), item =>
            Assert.DoesNotContain(item.Spec.Template.Spec.Volumes, other => other.Secret is not null));
    }

    [Fact]
    public async Task PullSecret_Always_IsThatOfEveryServiceAccount()
    {
        RenderedManifests manifests = await Kustomization.ComposeAsync("two-stage", "gpu", "pull-secret");
        Assert.Equal(4, manifests.All<V1ServiceAccount>().Count());
        Assert.All(manifests.All<V1ServiceAccount>(), account =>
            Assert.Equal("cvdvae-registry", Assert.Single(account.ImagePullSecrets).Name));
    }

    [Fact]
    public async Task LoadBalancer_Always_IsForGrpcOverTlsAlone()
    {
        RenderedManifests manifests = await Kustomization.ComposeAsync("tls", "load-balancer");
        V1Service service = Assert.Single(manifests.All<V1Service>(), item => item.Spec.Type == "LoadBalancer");
        Assert.Equal((443, "grpc"), (Assert.Single(service.Spec.Ports).Port, service.Spec.Ports[0].TargetPort.Value));
        Assert.Equal("Local", service.Spec.ExternalTrafficPolicy);
        Assert.Equal("cvdvae-gateway", Assert.Single(service.Spec.Selector).Value);
        Assert.Equal("false", service.Metadata.Labels["cvdvae.dev/scrape"]);
        Assert.StartsWith("https://", PodSettings.Of(manifests, manifests.One<V1Deployment>("cvdvae-gateway").Spec.Template)[
            "Listen__Grpc"], StringComparison.Ordinal);
        Assert.Null(manifests.One<V1Service>("cvdvae-gateway").Spec.Ports.Single(port => port.Name == "grpc").AppProtocol);
    }

    /// <summary>Which port a path at a name leads to; null: nowhere.</summary>
    private static void Check(Func<string, string, string?> port)
    {
        Assert.All(CallsOfGrpc, path => Assert.Equal("5000", port(GrpcHost, path)));
        Assert.All(CallsOfGrpc[..2], path => Assert.Equal("5001", port(PageHost, path)));
        Assert.All(FilesOfThePage(), path => Assert.Equal("5001", port(PageHost, path)));
        Assert.All(Inner, path => Assert.Null(port(PageHost, path)));
        Assert.All(Inner, path => Assert.Null(port(GrpcHost, path)));
    }

    // What the build of the page makes lies in assets, but for what is in public, its notices and the page itself.
    private static string[] FilesOfThePage()
    {
        string page = Path.Combine(BuildOutput.Root, "clients", "web");
        string built = Path.Combine(page, "dist");
        return
        [
            "/", "/assets/index-1.js", "/third-party-notices.txt", .. Directory.EnumerateFiles(Path.Combine(page, "public"))
                .Select(file => $"/{Path.GetFileName(file)}"),
            .. Directory.Exists(built) ? Directory.EnumerateFiles(built, "*", SearchOption.AllDirectories)
                .Select(file => $"/{Path.GetRelativePath(built, file)}").Where(path => path != "/index.html") : [],
        ];
    }

    private static bool IsBelow(string path, string prefix) =>
        path == prefix || path.StartsWith($"{prefix.TrimEnd('/')}/", StringComparison.Ordinal);

    private static string Port(RenderedManifests manifests, string service, string name) =>
        $"{manifests.One<V1Service>(service).Spec.Ports.Single(port => port.Name == name).Port}";
}
