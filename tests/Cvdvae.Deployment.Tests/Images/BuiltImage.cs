using System.Text.Json;
using Cvdvae.TestUtils;
using Xunit;

namespace Cvdvae.Deployment.Tests.Images;

/// <summary>An image that <c>build/images.sh</c> builds, and a container of it.</summary>
internal sealed class BuiltImage : IAsyncDisposable
{
    // A Debian, a publish and a few layers, on a machine that does other things too.
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(15);
    private static readonly Dictionary<string, string> Storage = new() { ["CONTAINERS_STORAGE_CONF"] = Path.Combine(BuildOutput.Root, "artifacts", "images", "storage.conf") };
    private readonly string _container;

    private BuiltImage(string container, JsonElement config) => (_container, Config) = (container, config);

    /// <summary>The configuration of the image.</summary>
    public JsonElement Config { get; }

    /// <summary>Builds a target; the test is skipped where that can't be done.</summary>
    /// <param name="target">As <c>build/images.sh</c> calls it.</param>
    /// <param name="tag">The tag that it gets.</param>
    /// <param name="environment">Options of the script.</param>
    public static async Task<BuiltImage> BuildAsync(string target, string tag = "0.1.0-cpu", params IEnumerable<KeyValuePair<string, string>> environment)
    {
        Assert.SkipUnless(Environment.UserName == "root", "only root can build images");
        Assert.SkipUnless(ProgramPath.Find("buildah") is not null && ProgramPath.Find("debootstrap") is not null, "buildah or debootstrap is missing");
        await using (ChildProcess build = ChildProcess.Start(Path.Combine(BuildOutput.Root, "build", "images.sh"), [target], environment))
        {
            Assert.True(await build.ExitAsync(BuildLimit) == 0, $"{build.Output}\n{build.Error}");
        }

        string image = $"localhost/cvdvae-{target}:{tag}";
        using var inspected = JsonDocument.Parse(await BuildahAsync("inspect", "--type", "image", image));
        return new BuiltImage((await BuildahAsync("from", "--signature-policy", Path.Combine(BuildOutput.Root, "artifacts", "images", "policy.json"), image)).Trim(), inspected.RootElement.GetProperty("Docker").GetProperty("config").Clone());
    }

    /// <summary>Starts a program in the container, as the image's user.</summary>
    public ChildProcess Start(IEnumerable<string> command, params IEnumerable<string> options) =>
        ChildProcess.Start(ProgramPath.Find("buildah")!, ["run", "--isolation", "chroot", .. options, _container, "--", .. command], Storage);

    public async ValueTask DisposeAsync() => await BuildahAsync("rm", _container);

    private static async Task<string> BuildahAsync(params string[] arguments)
    {
        await using ChildProcess buildah = ChildProcess.Start(ProgramPath.Find("buildah")!, arguments, Storage);
        Assert.True(await buildah.ExitAsync(InTime.Limit) == 0, buildah.Error);
        return buildah.Output;
    }
}
