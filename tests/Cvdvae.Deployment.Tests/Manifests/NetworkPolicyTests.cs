using Xunit;

namespace Cvdvae.Deployment.Tests.Manifests;

public sealed class NetworkPolicyTests
{
    public static TheoryData<string> Overlays => Kustomization.Overlays;

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Policies_Always_LetThroughWhatTheServicesNeedAndNoMore(string overlay)
    {
        RenderedManifests manifests = await Kustomization.OverlayAsync(overlay);
        List<string> expected =
        [
            "shop -> cvdvae-gateway:grpc", "shop -> cvdvae-gateway:http", "monitoring -> cvdvae-gateway:grpc", "monitoring -> cvdvae-gateway:http",
            "monitoring -> cvdvae-encoder:http", "monitoring -> cvdvae-decoder:http", "cvdvae-gateway -> cvdvae-decoder:grpc", "cvdvae-decoder -> cvdvae-encoder:grpc",
        ];
        if (overlay.Contains("two-stage", StringComparison.Ordinal))
        {
            expected.AddRange(["cvdvae-decoder -> cvdvae-decoder-fine:grpc", "monitoring -> cvdvae-decoder-fine:http"]);
        }

        Assert.Equal(expected.Order(StringComparer.Ordinal), new NetworkReach(manifests).Ways("shop", "monitoring").Order(StringComparer.Ordinal));
        Assert.All(manifests.Pods, pod => Assert.False(new NetworkReach(manifests).LeavesTheCluster(pod.Name)));
    }
}
