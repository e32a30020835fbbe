using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cvdvae.TestUtils.Certificates;

/// <summary>A certificate authority that nobody else knows.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly X509Certificate2 _certificate;

    /// <summary>Makes one, or one below another.</summary>
    public TestAuthority(string name = "test authority", TestAuthority? above = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        if (above is null)
        {
            _certificate = request.CreateSelfSigned(now.AddDays(-30), now.AddDays(30));
        }
        else
        {
            using X509Certificate2 signed = request.Create(above._certificate, now.AddDays(-20), now.AddDays(20), RandomNumberGenerator.GetBytes(8));
            _certificate = signed.CopyWithPrivateKey(key);
        }
    }

    /// <summary>Its certificate.</summary>
    public string Pem => _certificate.ExportCertificatePem();

    /// <summary>Signs a certificate.</summary>
    /// <param name="names">DNS names; <c>127.0.0.1</c> becomes the address.</param>
    /// <param name="daysLeft">How long it's valid from now on.</param>
    /// <param name="purposes">What it's for; null: for both ends of a connection.</param>
    public TestCertificate Issue(string[] names, double daysLeft = 10, string[]? purposes = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={names[0]}", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (string name in names)
        {
            if (name == "127.0.0.1")
            {
                alternatives.AddIpAddress(System.Net.IPAddress.Loopback);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        var oids = new OidCollection();
        foreach (string purpose in purposes ?? ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"])
        {
            oids.Add(new Oid(purpose));
        }

        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(oids, false));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 certificate = request.Create(_certificate, now.AddDays(-15), now.AddDays(daysLeft), RandomNumberGenerator.GetBytes(8));
        return new TestCertificate(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem(), certificate.Thumbprint);
    }

    /// <inheritdoc/>
    public void Dispose() => _certificate.Dispose();
}
