using System.Text.Json.Nodes;
using Cvdvae.Client;
using Cvdvae.Deployment.Tests.Cluster;
using Cvdvae.TestUtils;
using k8s.Models;
using Xunit;

namespace Cvdvae.Deployment.Tests.Walkthrough;

/// <summary>
/// Every command of <c>docs/walkthrough.md</c>, in its order: kubectl against <see cref="ClusterApi"/>, openssl and make as they are, and
/// the services as
/// processes with what those commands made of their environment and files.
/// </summary>
public sealed class WalkthroughTests
{
    private const string Registry = "registry.example.com/team";
    private static readonly string[] Roles = ["encoder", "decoder", "gateway"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Commands_OfThePage_DoWhatItSays()
    {
        foreach (string program in (string[])["kubectl", "openssl", "make", "bash"])
        {
            Assert.SkipWhen(ProgramPath.Find(program) is null, $"there is no {program}");
        }

        await using ClusterApi cluster = await ClusterApi.StartAsync();
        await using var pods = new PodProcesses();
        using var shell = new OperatorShell(cluster);
        cluster.Objects.JobDone = job => CopyModel(job, shell, pods);
        var left = new Queue<string>(WalkthroughPage.Headings);
        Task<string> TypeAsync(string heading)
        {
            Assert.Equal(heading, left.Dequeue());
            return shell.TypeAsync(WalkthroughPage.Commands(heading));
        }

        await TypeAsync("From an empty cluster to a call over TLS");
        await shell.TypeAsync("export HOST=localhost");
        await TypeAsync("Images");
        await TypeAsync("Secrets");
        Assert.Equal("kubernetes.io/dockerconfigjson", cluster.Objects.Manifests().One<V1Secret>("cvdvae-registry").Type);
        Assert.DoesNotContain((await shell.TypeAsync("echo $CVDVAE_API_KEY")).Trim(),
            await File.ReadAllTextAsync(shell["edge", "api-keys.json"], Stop), StringComparison.Ordinal);

        string said = await TypeAsync("The services");
        Assert.Equal(Roles.Select(role => $"{Registry}/cvdvae-{role}:0.1.0-cpu").Order(), Images(cluster));
        Assert.All(Images(cluster), image => Assert.Contains(image, said, StringComparison.Ordinal));
        Assert.Equal("nfs", cluster.Objects.Manifests().One<V1PersistentVolumeClaim>("cvdvae-models").Spec.StorageClassName);
        Assert.All(cluster.Objects.Manifests().All<V1ServiceAccount>(), account =>
            Assert.Equal("cvdvae-registry", Assert.Single(account.ImagePullSecrets).Name));

        await TypeAsync("A model");
        Assert.True(File.Exists(Path.Combine(pods.Models, "toonhead-64", "0.6", "model.json")));
        foreach (string role in Roles)
        {
            shell.PublicPort = await pods.StartAsync(cluster.Objects.Manifests(), $"cvdvae-{role}");
        }

        await UntilAsync(shell, pods, "0.6");
        Assert.StartsWith("127.0.0.1", await TypeAsync("The first call"), StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(shell["out", "first"], "sample-*.png").Length);
        foreach (string key in (string[])["", "another"])
        {
            (int status, string output, string error) = await shell.TryAsync(
                $"CVDVAE_API_KEY={key} cvdvae models --server https://$HOST:443 --ca edge/ca.crt");
            Assert.NotEqual(0, status);
            Assert.Contains("API key", output + error, StringComparison.OrdinalIgnoreCase);
        }

        Assert.NotEqual(
            0, (await shell.TryAsync("clients/Cvdvae.Cli/bin/Release/net10.0/cvdvae models --server https://$HOST:443")).Status);

        await TypeAsync("Another key");
        pods.Mount(cluster.Objects.Manifests(), "cvdvae-gateway");
        await InTime.Until(async () => (await shell.TryAsync(
            "CVDVAE_API_KEY=$SECOND_KEY cvdvae models --server https://$HOST:443 --ca edge/ca.crt")).Status == 0);
        await shell.TypeAsync("cvdvae models --server https://$HOST:443 --ca edge/ca.crt");

        Assert.Equal("A new version of the model", left.Dequeue());
        string[] parts = WalkthroughPage.Commands("A new version of the model").Split("cvdvae models", 2);
        string[] rest = parts[1].Split("cat >>", 2);
        await shell.TypeAsync(parts[0]);
        await UntilAsync(shell, pods, "0.7");
        Assert.Contains("0.7", await shell.TypeAsync($"cvdvae models{rest[0]}"), StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(shell["out", "second"], "sample-*.png"));
        Assert.Equal("toonhead-64@0.7", await DefaultAsync(shell));
        await shell.TypeAsync($"cat >>{rest[1]}");
        shell.PublicPort = await pods.StartAsync(cluster.Objects.Manifests(), "cvdvae-gateway");
        await UntilAsync(shell, pods, "0.6");
        Assert.Equal("toonhead-64@0.6", await DefaultAsync(shell));

        await TypeAsync("An upgrade");
        Assert.Equal(Roles.Select(role => $"{Registry}/cvdvae-{role}:0.1.1-cpu").Order(), Images(cluster));
        string wide = await TypeAsync("And back");
        Assert.Equal(Roles.Select(role => $"{Registry}/cvdvae-{role}:0.1.0-cpu").Order(), Images(cluster));
        Assert.Contains("cvdvae-gateway", wide, StringComparison.Ordinal);
        Assert.Equal("toonhead-64@0.6", PodSettingsOfGateway(cluster)["Gateway__DefaultModel"]);

        await TypeAsync("And away");
        Assert.Empty(cluster.Objects.Manifests().Objects);
        Assert.Empty(left);
    }

    private static IReadOnlyDictionary<string, string> PodSettingsOfGateway(ClusterApi cluster) =>
        Manifests.PodSettings.Of(cluster.Objects.Manifests(),
            cluster.Objects.Manifests().One<V1Deployment>("cvdvae-gateway").Spec.Template);

    private static IEnumerable<string> Images(ClusterApi cluster) =>
        cluster.Objects.Manifests().Deployments.Select(item => item.Spec.Template.Spec.Containers[0].Image).Order();

    // What the job's image does (ModelImageTests).
    private static void CopyModel(JsonObject job, OperatorShell shell, PodProcesses pods)
    {
        string image = job["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!.GetValue<string>();
        Assert.StartsWith($"{Registry}/cvdvae-model:toonhead-64-", image, StringComparison.Ordinal);
        string version = image.Split('-')[^1];
        string source = version == "0.6" ? shell["models", "toonhead-64"] : shell["out", $"toonhead-64-{version}"];
        string coming = Path.Combine(pods.Models, $".{version}.coming");
        Directory.CreateDirectory(coming);
        foreach (string file in Directory.GetFiles(source))
        {
            File.Copy(file, Path.Combine(coming, Path.GetFileName(file)));
        }

        Directory.CreateDirectory(Path.Combine(pods.Models, "toonhead-64"));
        Directory.Move(coming, Path.Combine(pods.Models, "toonhead-64", version));
    }

    private static async Task UntilAsync(OperatorShell shell, PodProcesses pods, string version)
    {
        string said = "";
        try
        {
            await InTime.Until(async () =>
            {
                (int status, string output, string error) = await shell.TryAsync(
                    "clients/Cvdvae.Cli/bin/Release/net10.0/cvdvae models --server https://$HOST:443 --ca edge/ca.crt");
                said = output + error;
                return status == 0 && output.Contains(version, StringComparison.Ordinal);
            });
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{said}\n{pods.Logs}");
        }
    }

    /// <summary>The model that is drawn with when none is named.</summary>
    private static async Task<string> DefaultAsync(OperatorShell shell)
    {
        string[] words = (await shell.TypeAsync("echo https://$HOST:443 $CVDVAE_API_KEY")).Split(
            (char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        using var client = new SuperResolutionClient(new SuperResolutionClientOptions { Address = shell.Public(words[0]),
            ApiKey = words[1], CaPath = shell["edge", "ca.crt"] });
        var request = new V1.UpscaleRequest { Image = Google.Protobuf.ByteString.CopyFrom(
            await File.ReadAllBytesAsync(shell["samples", "portrait-01-x4.png"], Stop)), StopAtResolution = 4 };
        await foreach (UpscaleEvent item in client.UpscaleAsync(request, stop: Stop))
        {
            if (item is StartedEvent started)
            {
                return started.Model;
            }
        }

        throw new InvalidOperationException("the call began with nothing");
    }
}
