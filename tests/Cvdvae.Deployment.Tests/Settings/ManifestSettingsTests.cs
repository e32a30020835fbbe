using Cvdvae.Deployment.Tests.Manifests;
using Cvdvae.ServiceDefaults.Starting;
using Cvdvae.TestUtils;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Cvdvae.Deployment.Tests.Settings;

/// <summary>That the services understand and accept what the manifests tell them.</summary>
public sealed class ManifestSettingsTests
{
    private static readonly string[] Mounts = ["/tls/", "/edge-tls/", "/auth/"];

    public static TheoryData<string> Overlays => Kustomization.Overlays;

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Settings_Always_AreOptionsOfTheService(string overlay)
    {
        RenderedManifests manifests = await Kustomization.OverlayAsync(overlay);
        foreach ((string role, IReadOnlyDictionary<string, string> settings) in Services(manifests))
        {
            await using ServiceOptions options = ServiceOptions.Of(role, []);
            Assert.All(settings.Keys, key => Assert.True(options.Types.Any(type => OptionKeys.Has(type, key.Replace("__", ":", StringComparison.Ordinal))), $"{key} is no option of the {role}"));
        }
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Settings_Always_AreAccepted(string overlay)
    {
        RenderedManifests manifests = await Kustomization.OverlayAsync(overlay);
        using var files = new TemporaryFolder();
        CreateFiles(files);
        foreach ((string role, IReadOnlyDictionary<string, string> settings) in Services(manifests))
        {
            await using ServiceOptions options = ServiceOptions.Of(role, settings.Select(item => KeyValuePair.Create(item.Key.Replace("__", ":", StringComparison.Ordinal), (string?)Here(item.Value, files))));
            Assert.All(options.Types, type => Assert.NotNull(options.Value(type)));
        }
    }

    /// <summary>The files as an operator edits them, also those that no overlay uses, and all services' options in one.</summary>
    [Fact]
    public void Files_OfSettings_HaveKnownOptionsAlone()
    {
        string[] files = Directory.GetFiles(Path.Combine(BuildOutput.Root, "k8s"), "*.env", SearchOption.AllDirectories);
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (string line in files.SelectMany(File.ReadAllLines).Where(line => line.Contains('=', StringComparison.Ordinal) && !line.StartsWith('#')))
        {
            string[] parts = line.Split('=', 2);
            settings[parts[0].Replace("__", ":", StringComparison.Ordinal)] = parts[1];
        }

        ConfigurationCheck check = new ConfigurationCheck(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), new KnownOptions([])).Run();

        Assert.True(files.Length >= 4, $"{files.Length} files");
        Assert.Empty(check.Problems);
        Assert.Empty(check.Unread);
        Assert.Equal(settings.Count, check.Unused.Count);
    }

    /// <summary>Both certificates at the gateway: clients are shown one, decoders the other.</summary>
    [Fact]
    public async Task Tls_OverMtls_HasACertificateForClientsAndOneForDecoders()
    {
        RenderedManifests manifests = await Kustomization.ComposeAsync("monitoring", "mtls", "api-keys", "tls", "load-balancer");
        using var files = new TemporaryFolder();
        CreateFiles(files);
        IReadOnlyDictionary<string, string> settings = Services(manifests).Single(item => item.Role == "gateway").Settings;
        Assert.Equal(
            ("/edge-tls/tls.crt", "/edge-tls/tls.key", "/tls/tls.crt", "/tls/tls.key", "/tls/ca.crt"),
            (settings["Tls__CertificatePath"], settings["Tls__KeyPath"], settings["Tls__ClientCertificatePath"], settings["Tls__ClientKeyPath"], settings["Tls__ServerCaPath"]));
        await using ServiceOptions options = ServiceOptions.Of("gateway", settings.Select(item => KeyValuePair.Create(item.Key.Replace("__", ":", StringComparison.Ordinal), (string?)Here(item.Value, files))));
        Assert.All(options.Types, type => Assert.NotNull(options.Value(type)));
    }

    private static IEnumerable<(string Role, IReadOnlyDictionary<string, string> Settings)> Services(RenderedManifests manifests) =>
        manifests.Deployments.Select(item => (item.Spec.Template.Metadata.Labels["app.kubernetes.io/component"], PodSettings.Of(manifests, item.Spec.Template)));

    // What pods have and this machine may not: the mounted files, a card.
    private static string Here(string value, TemporaryFolder files) =>
        value == "cuda" ? "cpu" : Mounts.FirstOrDefault(mount => value.StartsWith(mount, StringComparison.Ordinal)) is { } found ? files.File(value[found.Length..]) : value;

    private static void CreateFiles(TemporaryFolder files)
    {
        TestCertificates.Write(files.FolderPath);
        File.WriteAllText(files.File("api-keys.json"), """{ "keys": [] }""");
    }
}
