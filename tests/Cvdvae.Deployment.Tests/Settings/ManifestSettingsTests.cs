using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cvdvae.Deployment.Tests.Manifests;
using Cvdvae.ServiceDefaults.Starting;
using Cvdvae.TestUtils;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Cvdvae.Deployment.Tests.Settings;

/// <summary>That the services understand and accept what the manifests tell them.</summary>
public sealed class ManifestSettingsTests
{
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
        CreateCertificate(files);
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

    private static IEnumerable<(string Role, IReadOnlyDictionary<string, string> Settings)> Services(RenderedManifests manifests) =>
        manifests.Deployments.Select(item => (item.Spec.Template.Metadata.Labels["app.kubernetes.io/component"], PodSettings.Of(manifests, item.Spec.Template)));

    // What pods have and this machine may not: the mounted files, a card.
    private static string Here(string value, TemporaryFolder files) =>
        value == "cuda" ? "cpu" : value.StartsWith("/tls/", StringComparison.Ordinal) ? files.File(value["/tls/".Length..]) : value;

    private static void CreateCertificate(TemporaryFolder files)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=cvdvae", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        File.WriteAllText(files.File("tls.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(files.File("ca.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(files.File("tls.key"), key.ExportPkcs8PrivateKeyPem());
    }
}
