using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace Cvdvae.Client;

/// <summary>Whom the client trusts, and what it presents.</summary>
internal static class ServerTls
{
    private const string ServerPurpose = "1.3.6.1.5.5.7.3.1";

    /// <summary>TLS for checked options.</summary>
    /// <exception cref="OptionsValidationException">A file does not hold what it should.</exception>
    public static SslClientAuthenticationOptions Create(SuperResolutionClientOptions options)
    {
        var tls = new SslClientAuthenticationOptions();
        if (options.CaPath is { } authorities)
        {
            tls.CertificateChainPolicy = Read(nameof(options.CaPath), () => Trust(authorities));
        }

        if (options is { CertificatePath: { } certificate, KeyPath: { } key })
        {
            tls.ClientCertificateContext = Read(nameof(options.CertificatePath), () => Certificate(certificate, key));
        }

        return tls;
    }

    private static X509ChainPolicy Trust(string path)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.ImportFromPemFile(path);
        policy.ApplicationPolicy.Add(new Oid(ServerPurpose));
        return policy.CustomTrustStore.Count > 0 ? policy : throw new CryptographicException($"there is no certificate in '{path}'");
    }

    private static SslStreamCertificateContext Certificate(string path, string keyPath)
    {
        var intermediates = new X509Certificate2Collection();
        intermediates.ImportFromPemFile(path);
        X509Certificate2 certificate = X509Certificate2.CreateFromPemFile(path, keyPath);
        intermediates.RemoveAt(0);
        return SslStreamCertificateContext.Create(certificate, intermediates, offline: true);
    }

    private static T Read<T>(string option, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(SuperResolutionClientOptions), [$"{option}: {error.Message}"]);
        }
    }
}
