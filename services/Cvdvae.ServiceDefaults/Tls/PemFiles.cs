using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Cvdvae.ServiceDefaults.Tls;

/// <summary>What PEM files hold.</summary>
internal static class PemFiles
{
    /// <summary>A certificate with its private key, and the intermediate ones that go with it.</summary>
    /// <param name="files">The certificates, the first of which counts, and the key.</param>
    /// <exception cref="ArgumentException">They don't belong together.</exception>
    public static SslStreamCertificateContext Certificate(IReadOnlyList<byte[]> files)
    {
        string pem = Encoding.UTF8.GetString(files[0]);
        X509Certificate2 certificate = X509Certificate2.CreateFromPem(pem, Encoding.UTF8.GetString(files[1]));
        var intermediates = new X509Certificate2Collection();
        intermediates.ImportFromPem(pem);
        intermediates.RemoveAt(0);

        // Offline: nothing is fetched from where a certificate says.
        return SslStreamCertificateContext.Create(certificate, intermediates, offline: true);
    }

    /// <summary>Certificate authorities.</summary>
    /// <param name="files">One file.</param>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static X509Certificate2Collection Authorities(IReadOnlyList<byte[]> files)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(Encoding.UTF8.GetString(files[0]));
        return authorities.Count > 0 ? authorities : throw new InvalidDataException("there is no certificate in it");
    }
}
