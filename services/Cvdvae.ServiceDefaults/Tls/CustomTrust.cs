using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Cvdvae.ServiceDefaults.Tls;

/// <summary>Trust in the given authorities and no others.</summary>
internal static class CustomTrust
{
    /// <summary>The purpose of a server's certificate.</summary>
    public const string ServerPurpose = "1.3.6.1.5.5.7.3.1";

    /// <summary>The purpose of a client's certificate.</summary>
    public const string ClientPurpose = "1.3.6.1.5.5.7.3.2";

    /// <summary>How a chain is checked.</summary>
    /// <param name="authorities">Those that are trusted.</param>
    /// <param name="purpose">What the certificate must be for, where it says.</param>
    public static X509ChainPolicy Policy(X509Certificate2Collection authorities, string purpose)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,

            // Certificates inside a cluster live for days and have no revocation lists; and a stranger's certificate must not make us fetch anything.
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        policy.ApplicationPolicy.Add(new Oid(purpose));
        return policy;
    }
}
