using System.Text.Json;
using Cvdvae.TestUtils;
using Xunit;

namespace Cvdvae.Deployment.Tests.Images;

/// <summary>A model that comes onto the volume in an image.</summary>
public sealed class ModelImageTests : IDisposable
{
    private static readonly string Model = Path.Combine(BuildOutput.Root, "models", "toonhead-64");
    private readonly TemporaryFolder _volume = new();

    // The user of the image writes there.
    public ModelImageTests() => Open(_volume.FolderPath);

    public void Dispose() => _volume.Dispose();

    [Fact]
    public async Task ModelImage_OnAVolume_LeavesTheWholeModelThereOnce()
    {
        using var manifest = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Model, "model.json"), Stop));
        string version = manifest.RootElement.GetProperty("version").GetString()!;
        await using BuiltImage image = await BuiltImage.BuildAsync("model", $"toonhead-64-{version}", KeyValuePair.Create("MODEL", Model));
        Assert.Equal("10001:10001", image.Config.GetProperty("User").GetString());

        // What a pod that was killed meanwhile left behind.
        Directory.CreateDirectory(_volume[$".toonhead-64-{version}.coming"]);
        Open(_volume[$".toonhead-64-{version}.coming"]);
        await File.WriteAllTextAsync(_volume[$".toonhead-64-{version}.coming", "half"], "", Stop);

        Assert.Contains($"/models/toonhead-64/{version}", await RunAsync(image), StringComparison.Ordinal);
        string copy = _volume["toonhead-64", version];
        Assert.Equal(["toonhead-64"], Directory.GetFileSystemEntries(_volume.FolderPath).Select(Path.GetFileName));
        Assert.Equal(Directory.GetFiles(Model).Select(Path.GetFileName).Order(), Directory.GetFiles(copy).Select(Path.GetFileName).Order());
        Assert.All(Directory.GetFiles(Model), file => Assert.Equal(
            File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(copy, Path.GetFileName(file)))));

        // Again changes nothing: services may be reading it.
        DateTime written = File.GetLastWriteTimeUtc(Path.Combine(copy, "model.json"));
        Assert.Contains("is there already", await RunAsync(image), StringComparison.Ordinal);
        Assert.Equal(written, File.GetLastWriteTimeUtc(Path.Combine(copy, "model.json")));
    }

    [Theory]
    [InlineData("", "MODEL is missing")]
    [InlineData("/nowhere", "MODEL '/nowhere' is no folder of a model: it has no model.json")]
    public async Task Images_OfNoModel_AreRefusedInOneLine(string model, string message)
    {
        Assert.SkipUnless(Environment.UserName == "root" && ProgramPath.Find("buildah") is not null,
            "only root can build images, with buildah");
        await using ChildProcess script = ChildProcess.Start(
            Path.Combine(BuildOutput.Root, "build", "images.sh"), ["model"], [KeyValuePair.Create("MODEL", model)]);
        Assert.NotEqual(0, await script.ExitAsync(InTime.Limit));
        Assert.Contains(message, Assert.Single(script.Error.Trim().Split('\n')), StringComparison.Ordinal);
    }

    private static void Open(string folder)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        }
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private async Task<string> RunAsync(BuiltImage image)
    {
        await using ChildProcess process = image.Start(
            image.Config.GetProperty("Entrypoint").EnumerateArray()
                .Select(item => item.GetString()!), "--volume", $"{_volume.FolderPath}:/models");
        Assert.True(await process.ExitAsync(InTime.Limit) == 0, process.Error);
        return process.Output;
    }
}
