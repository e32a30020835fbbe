using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Cvdvae.TestUtils;
using Xunit;

namespace Cvdvae.Deployment.Tests.Images;

public sealed class PushTests : IAsyncDisposable
{
    private static readonly string[] Targets = ["gateway", "encoder", "decoder", "trainer"];
    private readonly TemporaryFolder _folder = new();

    // Below it lie layers, which the store alone can delete.
    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Storage))
        {
            await BuildahAsync("rmi", "--all", "--force");
        }

        _folder.Dispose();
    }

    private string Storage => _folder["store", "storage.conf"];

    [Fact]
    public async Task Push_ToARegistry_BringsEveryImageThere()
    {
        await CreateImagesAsync();
        await using LocalRegistry registry = await LocalRegistry.StartAsync();
        await using ChildProcess make = ChildProcess.Start(
            ProgramPath.Find("make")!, ["--no-print-directory", "-C", BuildOutput.Root, "push", $"REGISTRY={registry.Address}/team",
                "TAG=0.2.0-cpu", "INSECURE=1", $"IMAGE_STORE={_folder["store"]}"]);
        Assert.True(await make.ExitAsync(InTime.Limit) == 0, make.Error);
        Assert.Equal(Targets.Select(target => $"{registry.Address}/team/cvdvae-{target}:0.2.0-cpu"), make.Output.Trim().Split('\n')
            .Where(line => line.StartsWith(registry.Address, StringComparison.Ordinal)));

        using var http = new HttpClient { BaseAddress = new Uri($"http://{registry.Address}/v2/") };
        foreach (string target in Targets)
        {
            JsonElement tags = await http.GetFromJsonAsync<JsonElement>(
                $"team/cvdvae-{target}/tags/list", TestContext.Current.CancellationToken);
            Assert.Equal("0.2.0-cpu", Assert.Single(tags.GetProperty("tags").EnumerateArray()).GetString());
        }
    }

    [Fact]
    public async Task Push_OneOfThemMissing_SendsNoneAndSaysWhich()
    {
        await CreateImagesAsync();
        await using LocalRegistry registry = await LocalRegistry.StartAsync();
        (int status, string said) = await RunAsync(["gateway", "model"], ("REGISTRY", registry.Address), ("TAG", "0.2.0-cpu"),
            ("INSECURE", "1"));
        Assert.NotEqual(0, status);
        Assert.StartsWith("push.sh: cvdvae-model:0.2.0-cpu is nowhere", Assert.Single(said.Trim().Split('\n')), StringComparison.Ordinal);
        using var http = new HttpClient { BaseAddress = new Uri($"http://{registry.Address}/v2/") };
        using HttpResponseMessage answer = await http.GetAsync("cvdvae-gateway/tags/list", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Push_WithoutARegistry_SaysWhatIsMissing()
    {
        (int status, string said) = await RunAsync([], ("REGISTRY", ""));
        Assert.NotEqual(0, status);
        Assert.StartsWith("push.sh: REGISTRY is missing", Assert.Single(said.Trim().Split('\n')), StringComparison.Ordinal);
    }

    /// <summary>Images of the right names with next to nothing in them, in a store of their own.</summary>
    private async Task CreateImagesAsync()
    {
        Assert.SkipUnless(Environment.UserName == "root" && ProgramPath.Find("buildah") is not null,
            "only root can build images, with buildah");
        Directory.CreateDirectory(_folder["store"]);
        await File.WriteAllTextAsync(
            Storage,
            $"[storage]\ndriver = \"vfs\"\ngraphroot = \"{_folder["store", "storage"]}\"\nrunroot = \"{_folder["store", "run"]}\"\n",
            TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_folder["store", "policy.json"], """{ "default": [{ "type": "insecureAcceptAnything" }] }""",
            TestContext.Current.CancellationToken);
        string container = (await BuildahAsync("from", "scratch")).Trim();
        await BuildahAsync("copy", container, Path.Combine(BuildOutput.Root, "LICENSE"), "/LICENSE");
        foreach (string target in Targets)
        {
            await BuildahAsync("commit", "--signature-policy", _folder["store", "policy.json"], container,
                $"localhost/cvdvae-{target}:0.2.0-cpu");
        }

        await BuildahAsync("rm", container);
    }

    private async Task<(int Status, string Said)> RunAsync(string[] targets, params (string Name, string Value)[] settings)
    {
        await using ChildProcess push = ChildProcess.Start(
            Path.Combine(BuildOutput.Root, "build", "push.sh"), targets,
                [KeyValuePair.Create("IMAGE_STORE", _folder["store"]),
                .. settings.Select(item => KeyValuePair.Create(item.Name, item.Value))]);
        return (await push.ExitAsync(InTime.Limit), push.Error);
    }

    private async Task<string> BuildahAsync(params string[] arguments)
    {
        await using ChildProcess buildah = ChildProcess.Start(
            ProgramPath.Find("buildah")!, arguments, [KeyValuePair.Create("CONTAINERS_STORAGE_CONF", Storage)]);
        Assert.True(await buildah.ExitAsync(InTime.Limit) == 0, buildah.Error);
        return buildah.Output;
    }
}
