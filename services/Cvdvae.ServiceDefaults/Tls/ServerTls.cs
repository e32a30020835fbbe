using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Cvdvae.ServiceDefaults.Errors;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cvdvae.ServiceDefaults.Tls;

/// <summary>TLS of the endpoints: each new connection gets what the files have at that moment.</summary>
internal sealed partial class ServerTls
{
    private readonly TlsFiles _files;
    private readonly HashSet<string> _allowedNames;
    private readonly ILogger<ServerTls> _logger;

    public ServerTls(TlsFiles files, IOptions<TlsOptions> options, ILogger<ServerTls> logger)
    {
        (_files, _logger) = (files, logger);
        _allowedNames = new HashSet<string>(options.Value.AllowedClientNames, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Makes an endpoint speak TLS.</summary>
    /// <param name="listen">The endpoint.</param>
    /// <param name="protocol">What is spoken over it.</param>
    /// <param name="checksCallers">Whether callers must present certificates where authorities for them are given.</param>
    public void Use(ListenOptions listen, SslApplicationProtocol protocol, bool checksCallers) =>
        listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(Options(protocol, checksCallers)) });

    private SslServerAuthenticationOptions Options(SslApplicationProtocol protocol, bool checksCallers)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = _files.Server,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [protocol],
        };
        if (checksCallers && _files.ClientAuthorities is { } authorities)
        {
            options.ClientCertificateRequired = true;
            options.CertificateChainPolicy = CustomTrust.Policy(authorities, CustomTrust.ClientPurpose);
            options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Accepts(certificate as X509Certificate2, chain, errors);

            // A resumed session would be let in on the word of an earlier handshake.
            options.AllowTlsResume = false;
        }

        return options;
    }

    private bool Accepts(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            Refused("nobody", "it has presented no certificate");
            return false;
        }

        if (errors != SslPolicyErrors.None)
        {
            string details = string.Join(", ", chain?.ChainStatus.Select(status => status.Status.ToString()).Distinct() ?? []);
            Refused(RpcErrors.Shown(certificate.Subject), details.Length > 0 ? details : errors.ToString());
            return false;
        }

        string[] names = [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(extension => extension.EnumerateDnsNames())];
        if (_allowedNames.Count > 0 && !names.Any(_allowedNames.Contains))
        {
            Refused(RpcErrors.Shown(certificate.Subject), $"none of its names is allowed: {RpcErrors.Shown(string.Join(", ", names))}");
            return false;
        }

        return true;
    }

    [LoggerMessage(132, LogLevel.Information, "refused the connection of {Subject}: {Reason}")]
    private partial void Refused(string subject, string reason);
}
