using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Cvdvae.ServiceDefaults.Tls;

/// <summary>TLS of the channels to other services: each new connection gets what the files have at that moment.</summary>
internal sealed class ClientTls
{
    private readonly TlsFiles _files;

    public ClientTls(TlsFiles files) => _files = files;

    /// <summary>Options of a channel's handler, which keeps them: what may change is asked for at each handshake.</summary>
    public SslClientAuthenticationOptions CreateOptions()
    {
        var options = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,

            // A resumed session would go on with the certificates of an earlier handshake.
            AllowTlsResume = false,
        };
        if (_files.Client is not null)
        {
            options.LocalCertificateSelectionCallback = (_, _, _, _, _) => _files.Client!;
        }

        if (_files.ServerAuthorities is not null)
        {
            options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Accepts(certificate as X509Certificate2, chain, errors);
        }

        return options;
    }

    private bool Accepts(X509Certificate2? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        // Only the system's lack of trust in the authority is for us to judge; another name stays another name.
        if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
        {
            return false;
        }

        using var chain = new X509Chain { ChainPolicy = CustomTrust.Policy(_files.ServerAuthorities!, CustomTrust.ServerPurpose) };
        chain.ChainPolicy.ExtraStore.AddRange(sent?.ChainPolicy.ExtraStore ?? []);
        return chain.Build(certificate);
    }
}
