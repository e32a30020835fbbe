using k8s.Models;
using Xunit;

namespace Cvdvae.Deployment.Tests.Manifests;

/// <summary>What every pod of every overlay must have.</summary>
public sealed class PodTests
{
    public static TheoryData<string> Folders { get; } = [.. Kustomization.Overlays.Select(row => $"overlays/{row.Data}"), "trainer", "model", "model-shell"];

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task Containers_Always_HaveRequestsAndLimits(string folder)
    {
        Assert.All(await ContainersAsync(folder), container =>
        {
            foreach (string resource in (string[])["cpu", "memory"])
            {
                Assert.Contains(resource, container.Resources.Requests);
                Assert.Contains(resource, container.Resources.Limits);
                Assert.True(container.Resources.Requests[resource].ToDecimal() > 0);
                Assert.True(container.Resources.Requests[resource].ToDecimal() <= container.Resources.Limits[resource].ToDecimal());
            }
        });
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task Containers_Always_HaveNoRights(string folder)
    {
        Assert.All(await ContainersAsync(folder), container =>
        {
            Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
            Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
            Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
            Assert.Null(container.SecurityContext.Capabilities.Add);
            Assert.Null(container.SecurityContext.Privileged);
            Assert.Null(container.SecurityContext.RunAsUser);
        });
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task Pods_Always_RunAsNobodyWithoutAToken(string folder)
    {
        RenderedManifests manifests = await Kustomization.RenderAsync(folder);
        Assert.All(manifests.Pods, item =>
        {
            V1PodSpec pod = item.Pod.Spec;
            Assert.True(pod.SecurityContext.RunAsNonRoot);
            Assert.True(pod.SecurityContext.RunAsUser >= 10000);
            Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
            Assert.False(pod.AutomountServiceAccountToken);
            Assert.False(manifests.One<V1ServiceAccount>(pod.ServiceAccountName).AutomountServiceAccountToken);
            Assert.NotEqual(true, pod.HostNetwork);
            Assert.NotEqual(true, pod.HostPID);
            Assert.All(pod.Volumes, volume => Assert.Null(volume.HostPath));
        });
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task Volumes_Always_AreThereAndMounted(string folder)
    {
        RenderedManifests manifests = await Kustomization.RenderAsync(folder);
        string[] claims = [.. manifests.All<V1PersistentVolumeClaim>().Select(claim => claim.Name()), "cvdvae-models"];
        Assert.All(manifests.Pods, item =>
        {
            Assert.Equal(
                item.Pod.Spec.Volumes.Select(volume => volume.Name).Order(),
                item.Pod.Spec.Containers.SelectMany(container => container.VolumeMounts).Select(mount => mount.Name).Order());
            Assert.All(item.Pod.Spec.Volumes, volume => Assert.True(volume.PersistentVolumeClaim is null || claims.Contains(volume.PersistentVolumeClaim.ClaimName)));
            Assert.All(item.Pod.Spec.Volumes, volume => Assert.True(volume.EmptyDir is null || volume.EmptyDir.SizeLimit is not null));
            Assert.Contains(item.Pod.Spec.Containers[0].VolumeMounts, mount => mount.MountPath == "/tmp");
        });
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task Images_Always_AreNamedWithTheirVersion(string folder)
    {
        foreach ((string name, V1PodTemplateSpec pod) in (await Kustomization.RenderAsync(folder)).Pods)
        {
            string role = pod.Metadata.Labels["app.kubernetes.io/component"];
            bool onCard = pod.Spec.Containers[0].Resources.Limits.ContainsKey("nvidia.com/gpu");
            string image = role switch
            {
                "model" => "cvdvae-model:toonhead-64-0.6",
                "model-shell" => "cvdvae-trainer:0.1.0-cpu",
                _ => $"cvdvae-{role}:0.1.0-{(onCard ? "cuda" : "cpu")}",
            };
            Assert.Equal(image, pod.Spec.Containers[0].Image);
            Assert.StartsWith($"cvdvae-{role}", name, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task Namespace_Always_IsOurs(string folder)
    {
        RenderedManifests manifests = await Kustomization.RenderAsync(folder);
        Assert.All(manifests.Objects.Where(item => item is not V1Namespace), item => Assert.Equal("cvdvae", item.Namespace()));
        Assert.All(manifests.Custom, item => Assert.Equal("cvdvae", item.Namespace));
        V1Namespace? own = manifests.All<V1Namespace>().SingleOrDefault();
        Assert.True(own is null || (own.Name() == "cvdvae" && own.Metadata.Labels["pod-security.kubernetes.io/enforce"] == "restricted"));
    }

    private static async Task<V1Container[]> ContainersAsync(string folder)
    {
        V1Container[] containers = [.. (await Kustomization.RenderAsync(folder)).Pods.SelectMany(item => item.Pod.Spec.Containers.Concat(item.Pod.Spec.InitContainers ?? []))];
        Assert.NotEmpty(containers);
        return containers;
    }
}
