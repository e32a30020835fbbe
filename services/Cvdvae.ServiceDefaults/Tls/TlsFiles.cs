using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Cvdvae.ServiceDefaults.Files;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cvdvae.ServiceDefaults.Tls;

/// <summary>The certificates and authorities of the options, as the files have them at the moment; null where an option is empty.</summary>
internal sealed class TlsFiles : IDisposable
{
    private readonly WatchedFiles<SslStreamCertificateContext>? _server;
    private readonly WatchedFiles<SslStreamCertificateContext>? _client;
    private readonly WatchedFiles<X509Certificate2Collection>? _clientAuthorities;
    private readonly WatchedFiles<X509Certificate2Collection>? _serverAuthorities;

    public TlsFiles(IOptions<TlsOptions> options, TimeProvider time, ILogger<TlsFiles> logger)
    {
        TlsOptions tls = options.Value;
        _server = Watch(nameof(tls.CertificatePath), [tls.CertificatePath, tls.KeyPath], PemFiles.Certificate);
        _client = Watch(nameof(tls.ClientCertificatePath), [tls.ClientCertificatePath, tls.ClientKeyPath], PemFiles.Certificate) ?? _server;
        _clientAuthorities = Watch(nameof(tls.ClientCaPath), [tls.ClientCaPath], PemFiles.Authorities);
        _serverAuthorities = Watch(nameof(tls.ServerCaPath), [tls.ServerCaPath], PemFiles.Authorities);

        WatchedFiles<T>? Watch<T>(string option, string[] paths, Func<IReadOnlyList<byte[]>, T> read)
            where T : class => paths[0].Length == 0 ? null : new WatchedFiles<T>($"{TlsOptions.Section}:{option}", paths, read, tls.ReloadInterval, time, logger);
    }

    /// <summary>What the endpoints present.</summary>
    public SslStreamCertificateContext? Server => _server?.Current;

    /// <summary>What is presented to services that are called.</summary>
    public X509Certificate2? Client => _client?.Current.TargetCertificate;

    /// <summary>Whose certificates callers must present.</summary>
    public X509Certificate2Collection? ClientAuthorities => _clientAuthorities?.Current;

    /// <summary>Whose certificates called services must have.</summary>
    public X509Certificate2Collection? ServerAuthorities => _serverAuthorities?.Current;

    public void Dispose()
    {
        _server?.Dispose();
        _client?.Dispose();
        _clientAuthorities?.Dispose();
        _serverAuthorities?.Dispose();
    }
}
