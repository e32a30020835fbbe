using System.Net.Security;
using Cvdvae.Gateway.Tests.Fakes;
using Cvdvae.Gateway.Tests.Web;
using Cvdvae.TestUtils.Certificates;
using Cvdvae.V1;
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

    [Fact]
    public async Task Call_OverGrpcWebWhereCertificatesAreNeeded_IsUnauthenticated()
    {
        using var authority = new TestAuthority();
        TestCertificate certificate = authority.Issue(["localhost", "127.0.0.1"]);
        await using TestGateway gateway = await TestGateway.StartWithSettingsAsync(
        [
            ("Listen:Grpc", "https://127.0.0.1:0"),
            ("Tls:CertificatePath", _folder.Write("tls.crt", certificate.Pem)),
            ("Tls:KeyPath", _folder.Write("tls.key", certificate.KeyPem)),
            ("Tls:ClientCaPath", _folder.Write("ca.crt", authority.Pem)),
        ]);
        using var http = new HttpClient();

        using HttpResponseMessage answer = await http.SendAsync(GrpcWebCall.Request(gateway.Http1, "ListModels", new ListModelsRequest()), TestContext.Current.CancellationToken).Soon();

        (_, string trailers) = GrpcWebCall.Read(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken), ListModelsResponse.Parser);
        Assert.Contains("16", answer.Headers.TryGetValues("grpc-status", out IEnumerable<string>? values) ? values.Single() : trailers, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
