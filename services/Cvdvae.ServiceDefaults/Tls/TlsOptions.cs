namespace Cvdvae.ServiceDefaults.Tls;

/// <summary>
/// Certificates of a service and whom it trusts; section <c>Tls</c>. All files are PEM. They are looked at again while the service runs: new connections use what
/// has changed, and a file that can't be used leaves the old content in place.
/// </summary>
public sealed class TlsOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Tls";

    /// <summary>The certificate of <c>https://</c> endpoints, followed by its intermediate ones. It is also presented to services that are called over TLS.</summary>
    public string CertificatePath { get; set; } = "";

    /// <summary>Its private key, not encrypted.</summary>
    public string KeyPath { get; set; } = "";

    /// <summary>Another certificate to present to services that are called; empty: <see cref="CertificatePath"/>. A public edge has one of each.</summary>
    public string ClientCertificatePath { get; set; } = "";

    /// <summary>Its private key, not encrypted.</summary>
    public string ClientKeyPath { get; set; } = "";

    /// <summary>
    /// Certificate authorities, and intermediate ones if any: who calls the gRPC endpoint must present a certificate that one of them has signed. Empty: nobody has to.
    /// </summary>
    public string ClientCaPath { get; set; } = "";

    /// <summary>DNS names (subject alternative names) of which a caller's certificate must have one; none given: any certificate of <see cref="ClientCaPath"/> will do.</summary>
    public IList<string> AllowedClientNames { get; } = [];

    /// <summary>Certificate authorities that the certificates of called services must come from; empty: those that the system trusts.</summary>
    public string ServerCaPath { get; set; } = "";

    /// <summary>How often the files are looked at, 100 ms to 1 day.</summary>
    public TimeSpan ReloadInterval { get; set; } = TimeSpan.FromSeconds(30);
}
