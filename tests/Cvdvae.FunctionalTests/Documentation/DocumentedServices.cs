using System.Security.Cryptography;
using System.Text;
using Cvdvae.Client;
using Cvdvae.FunctionalTests.Processes;
using Cvdvae.TestUtils;
using Cvdvae.TestUtils.Certificates;
using Xunit;

namespace Cvdvae.FunctionalTests.Documentation;

/// <summary>What the page's snippets call: the services, and a second gateway with TLS that asks for certificates and keys.</summary>
public sealed class DocumentedServices : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new();
    private ServiceGroup _group = null!;
    private ServiceProcess _secure = null!;

    /// <summary>A key that the second gateway takes.</summary>
    internal static string Key { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>In front of the gateway's gRPC.</summary>
    internal UnsteadyRelay Grpc { get; private set; } = null!;

    /// <summary>In front of the gateway's gRPC-Web.</summary>
    internal UnsteadyRelay Web { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        TestCertificate server = _authority.Issue(["127.0.0.1"]);
        TestCertificate client = _authority.Issue(["client.example"]);
        foreach ((string name, string text) in ((string, string)[])
        [
            ("ca.pem", _authority.Pem), ("server.pem", server.Pem), ("server-key.pem", server.KeyPem), ("client.pem", client.Pem), ("client-key.pem", client.KeyPem),
            ("keys.json", $$"""{"keys": [{"id": "documentation", "sha256": "{{Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(Key)))}}"}]}"""),
        ])
        {
            await File.WriteAllTextAsync(_folder[name], text);
        }

        _group = await ServiceGroup.StartAsync(new ServicesOptions
        {
            Models = Path.Combine(BuildOutput.Root, "models"),
            Settings = new Dictionary<string, string> { ["Torch:Threads"] = "1", ["Scheduler:MaxBacklog"] = "01:00:00" }, // other tests keep the processors busy
        });
        Grpc = new UnsteadyRelay(_group.Gateway.Grpc);
        Web = new UnsteadyRelay(_group.Gateway.Http1, answers: true);
        _secure = await ServiceProcess.StartAsync("secure gateway", "Cvdvae.Gateway", _folder[""], new Dictionary<string, string>
        {
            ["Listen:Grpc"] = "https://127.0.0.1:0",
            ["Listen:Http1"] = "https://127.0.0.1:0",
            ["Tls:CertificatePath"] = _folder["server.pem"],
            ["Tls:KeyPath"] = _folder["server-key.pem"],
            ["Tls:ClientCaPath"] = _folder["ca.pem"],
            ["Auth:ApiKeys:Path"] = _folder["keys.json"],
            ["Gateway:Decoders:0"] = _group.Decoders[0].Grpc,
        });
        await SecureReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_secure is not null)
        {
            await _secure.DisposeAsync();
            await Grpc.DisposeAsync();
            await Web.DisposeAsync();
        }

        await _group.DisposeAsync();
        _authority.Dispose();
        _folder.Dispose();
    }

    /// <summary>A snippet with these services' addresses in place of the page's.</summary>
    internal string Localize(string code) => code
        .Replace("gateway.example:5000", new Uri(_secure.Grpc).Authority, StringComparison.Ordinal)
        .Replace("gateway.example:5001", new Uri(_secure.Http1).Authority, StringComparison.Ordinal)
        .Replace("127.0.0.1:5000", Grpc.Authority, StringComparison.Ordinal)
        .Replace("127.0.0.1:5001", Web.Authority, StringComparison.Ordinal);

    /// <summary>Puts what the snippets read into a folder.</summary>
    internal void Furnish(string folder)
    {
        File.Copy(Path.Combine(BuildOutput.Root, "samples", "portrait-01-x4.png"), Path.Combine(folder, "small.png"));
        foreach (string name in (string[])["ca.pem", "client.pem", "client-key.pem"])
        {
            File.Copy(_folder[name], Path.Combine(folder, name));
        }
    }

    /// <summary>Calls that their client gave up, as the gateway counts them.</summary>
    internal async Task<double> CancelledAsync() => await _group.Gateway.MetricAsync("cvdvae_gateway_calls_cancelled_total") ?? 0;

    private Task SecureReadyAsync() => InTime.Until(async () =>
    {
        using var client = new SuperResolutionClient(new SuperResolutionClientOptions
        {
            Address = _secure.Grpc, CaPath = _folder["ca.pem"], CertificatePath = _folder["client.pem"], KeyPath = _folder["client-key.pem"], ApiKey = Key,
        });
        try
        {
            return (await client.ListModelsAsync()).Models.Count > 0;
        }
        catch (SuperResolutionException)
        {
            return false;
        }
    });
}
