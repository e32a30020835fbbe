using System.Text;
using System.Text.Json;
using Cvdvae.Deployment.Tests.Manifests;
using Cvdvae.TestUtils;
using k8s.Models;
using Xunit;

namespace Cvdvae.Deployment.Tests.Walkthrough;

/// <summary>The pods of a cluster's deployments, one of each, as processes of this machine: with their environment, and their mounts as
/// folders.</summary>
internal sealed class PodProcesses : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Programs = new()
    {
        ["gateway"] = "Cvdvae.Gateway",
        ["encoder"] = "Cvdvae.EncoderHost",
        ["decoder"] = "Cvdvae.DecoderHost",
    };

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, ChildProcess> _running = [];
    private readonly Dictionary<string, string> _addresses = [];

    /// <summary>The folder that stands for the claim of the models.</summary>
    public string Models => _folder["models"];

    /// <summary>What they say, for who looks for a fault.</summary>
    public string Logs => string.Join('\n', _running.Select(item =>
        $"{item.Key}:\n{string.Join('\n', $"{item.Value.Output}{item.Value.Error}".Split('\n').TakeLast(15))}"));

    /// <summary>Starts the pod of a deployment, in place of one that runs; those that it calls must run.</summary>
    /// <returns>The port of its gRPC endpoint.</returns>
    public async Task<int> StartAsync(RenderedManifests manifests, string name)
    {
        if (_running.Remove(name, out ChildProcess? old))
        {
            await old.DisposeAsync();
        }

        V1PodTemplateSpec pod = manifests.One<V1Deployment>(name).Spec.Template;
        Mount(manifests, name);
        string addresses = _folder.File($"{name}.json");
        File.Delete(addresses);
        Dictionary<string, string> environment = PodSettings.Of(manifests, pod)
            .ToDictionary(item => item.Key, item => Here(pod.Spec, name, item.Value));
        environment["Listen__AddressFile"] = addresses;
        environment["Shutdown__Delay"] = "00:00:00"; // nobody else remembers its name
        environment["Torch__Threads"] = "1";
        string program = Programs[pod.Metadata.Labels["app.kubernetes.io/component"]];
        ChildProcess process = ChildProcess.Start(BuildOutput.Program($"services/{program}", program), [], environment);
        _running[name] = process;
        await InTime.Until(() => process.HasExited || File.Exists(addresses));
        Assert.False(process.HasExited, $"{process.Output}\n{process.Error}");
        using var listening = JsonDocument.Parse(await File.ReadAllTextAsync(addresses, TestContext.Current.CancellationToken));
        _addresses[name] = listening.RootElement.GetProperty("grpc").GetString()!;
        return new Uri(_addresses[name]).Port;
    }

    /// <summary>Brings the secrets of a deployment to its mounts, as the kubelet does now and then.</summary>
    public void Mount(RenderedManifests manifests, string name)
    {
        foreach (V1Volume volume in manifests.One<V1Deployment>(name).Spec.Template.Spec.Volumes.Where(volume => volume.Secret is not null))
        {
            string folder = Folder(name, volume);
            Directory.CreateDirectory(folder);
            foreach ((string file, byte[] content) in manifests.One<V1Secret>(volume.Secret.SecretName).Data)
            {
                // KubernetesClient leaves the text of base64 as it is when it reads YAML.
                File.WriteAllBytes(Path.Combine(folder, file),
                    Convert.TryFromBase64String(Encoding.UTF8.GetString(content), new byte[content.Length], out int _)
                    ? Convert.FromBase64String(Encoding.UTF8.GetString(content)) : content);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ChildProcess process in _running.Values)
        {
            await process.DisposeAsync();
        }

        _folder.Dispose();
    }

    private string Folder(string name, V1Volume volume) => volume.PersistentVolumeClaim is null ? _folder[name, volume.Name] : Models;

    // A path in a mount, a port of a pod's own address, the name of a Service.
    private string Here(V1PodSpec pod, string name, string value)
    {
        if (value.StartsWith("dns:///", StringComparison.Ordinal))
        {
            return _addresses[value["dns:///".Length..].Split(':')[0]];
        }

        if (value.Contains("://*:", StringComparison.Ordinal))
        {
            return $"{value[..value.IndexOf("*:", StringComparison.Ordinal)]}127.0.0.1:0";
        }

        V1VolumeMount? mount = pod.Containers[0].VolumeMounts.FirstOrDefault(mount =>
            value == mount.MountPath || value.StartsWith($"{mount.MountPath}/", StringComparison.Ordinal));
        return mount is null ? value : Folder(name, pod.Volumes.Single(volume => volume.Name == mount.Name)) + value[
            mount.MountPath.Length..];
    }
}
