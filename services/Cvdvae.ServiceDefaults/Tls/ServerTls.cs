using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Cvdvae.ServiceDefaults.Errors;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;

namespace Cvdvae.ServiceDefaults.Tls;

/// <summary>TLS of the endpoints: each new connection gets what the files have at that moment.</summary>
internal sealed class ServerTls
{
    private readonly TlsFiles _files;
    private readonly HashSet<string> _allowedNames;
    private readonly RefusedConnections _refused;

    public ServerTls(TlsFiles files, IOptions<TlsOptions> options, RefusedConnections refused)
    {
        (_files, _refused) = (files, refused);
        _allowedNames = new HashSet<string>(options.Value.AllowedClientNames, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Makes an endpoint speak TLS.</summary>
    /// <param name="listen">The endpoint.</param>
    /// <param name="protocol">What is spoken over it.</param>
    /// <param name="checksCallers">Whether callers must present certificates where authorities for them are given.</param>
    public void Use(ListenOptions listen, SslApplicationProtocol protocol, bool checksCallers) =>
        listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = context => ValueTask.FromResult(Options(protocol, checksCallers, context.Connection)) });

    private SslServerAuthenticationOptions Options(SslApplicationProtocol protocol, bool checksCallers, ConnectionContext connection)
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
            options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            {
                string? problem = Problem(certificate as X509Certificate2, chain, errors);
                if (problem is not null)
                {
                    _refused.Tell((connection.RemoteEndPoint as IPEndPoint)?.Address, connection.LocalEndPoint, problem);
                }

                return problem is null;
            };

            // A resumed session would be let in on the word of an earlier handshake.
            options.AllowTlsResume = false;
        }

        return options;
    }

    /// <summary>Why a caller is not let in; null: it is.</summary>
    private string? Problem(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            return "it has presented no certificate";
        }

        string subject = RpcErrors.Shown(certificate.Subject);
        if (errors != SslPolicyErrors.None)
        {
            string details = string.Join(", ", chain?.ChainStatus.Select(status => status.Status.ToString()).Distinct() ?? []);
            return $"the certificate of {subject} is not one that Tls:ClientCaPath vouches for: {(details.Length > 0 ? details : errors.ToString())}";
        }

        string[] names = [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(extension => extension.EnumerateDnsNames())];
        return _allowedNames.Count > 0 && !names.Any(_allowedNames.Contains)
            ? $"the certificate of {subject} is good, but none of its names is allowed by Tls:AllowedClientNames: {RpcErrors.Shown(string.Join(", ", names))}"
            : null;
    }
}
