using System.Net.Security;
using Cvdvae.Gateway.Tests.Fakes;
using Cvdvae.TestUtils.Certificates;
using Xunit;

namespace Cvdvae.Gateway.Tests.Security;

public sealed class TlsTests : IDisposable
{
    private readonly AuthFolder _folder = new();

    [Theory]
    [InlineData("https", "max-age=31536000")]
    [InlineData("http", null)]
    public async Task Get_Page_IsBoundToTlsWhereItCameByIt(string scheme, string? policy)
    {
        using var authority = new TestAuthority();
        TestCertificate certificate = authority.Issue(["localhost", "127.0.0.1"]);
        await using TestGateway gateway = await TestGateway.StartWithSettingsAsync(
        [
            ("Listen:Http1", $"{scheme}://127.0.0.1:0"),
            ("Tls:CertificatePath", _folder.Write("tls.crt", certificate.Pem)),
            ("Tls:KeyPath", _folder.Write("tls.key", certificate.KeyPem)),
        ]);
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetCertHashString() == certificate.Thumbprint,
            },
        };
        using var http = new HttpClient(handler);

        using HttpResponseMessage page = await http.GetAsync(new Uri($"{gateway.Http1}/"), TestContext.Current.CancellationToken).Soon();

        Assert.StartsWith($"{scheme}://", gateway.Http1, StringComparison.Ordinal);
        Assert.Equal(policy, page.Headers.TryGetValues("Strict-Transport-Security", out IEnumerable<string>? values) ? Assert.Single(values) : null);
    }

    public void Dispose() => _folder.Dispose();
}
