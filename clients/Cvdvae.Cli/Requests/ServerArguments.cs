using System.CommandLine;
using Cvdvae.Client;

namespace Cvdvae.Cli.Requests;

/// <summary>The options that say which server to call.</summary>
internal sealed class ServerArguments
{
    private readonly Option<string> _server = new("--server")
    {
        Description = "address of the server: http://host:port, https://host:port, unix:/path or dns:///name:port; CVDVAE_SERVER by default, http://127.0.0.1:5000 without it",
        DefaultValueFactory = _ => DefaultAddress(),
    };

    private readonly Option<string?> _key = new("--api-key")
    {
        Description = "key to send; CVDVAE_API_KEY by default",
        DefaultValueFactory = _ => Variable("CVDVAE_API_KEY"),
    };

    private readonly Option<string?> _token = new("--token")
    {
        Description = "token to send as authorization: Bearer; CVDVAE_TOKEN by default",
        DefaultValueFactory = _ => Variable("CVDVAE_TOKEN"),
    };

    private readonly Option<string?> _authorities = new("--ca")
    {
        Description = "PEM file of the authorities that the server's certificate must come from; those that the system trusts by default",
    };

    private readonly Option<string?> _certificate = new("--cert") { Description = "PEM file of the certificate to present to the server" };

    private readonly Option<string?> _certificateKey = new("--key") { Description = "PEM file of the certificate's private key" };

    private readonly Option<bool> _tls = new("--tls") { Description = "reach a dns:/// address over TLS" };

    public ServerArguments()
    {
        _server.Validators.Add(result =>
        {
            if (ServerAddress.Error(result.GetValueOrDefault<string>()) is string error)
            {
                result.AddError($"--server: {error}");
            }
        });
        foreach (Option<string?> secret in new[] { _key, _token })
        {
            secret.Validators.Add(result =>
            {
                if (result.GetValueOrDefault<string?>() is { } text && !text.All(character => character is > ' ' and <= '~'))
                {
                    result.AddError($"{secret.Name}: has a character that is not printable ASCII");
                }
            });
        }
    }

    public void AddTo(Command command)
    {
        command.Options.Add(_server);
        command.Options.Add(_key);
        command.Options.Add(_token);
        command.Options.Add(_authorities);
        command.Options.Add(_certificate);
        command.Options.Add(_certificateKey);
        command.Options.Add(_tls);
        command.Validators.Add(result =>
        {
            // What is wrong with the files themselves shows when they are read; this is a matter of the arguments. Defaults are not filled in yet.
            SuperResolutionClientOptions options = Options(
                result.GetValue(_server) ?? DefaultAddress(), result.GetValue(_tls), result.GetValue(_authorities), result.GetValue(_certificate), result.GetValue(_certificateKey));
            if ((options.CertificatePath is null) != (options.KeyPath is null))
            {
                result.AddError("--cert and --key: one is given without the other");
            }
            else if ((options.CaPath ?? options.CertificatePath) is not null && !ServerAddress.IsSecure(options))
            {
                result.AddError($"--ca, --cert and --key are for TLS, which '{options.Address}' does not use; https://host:port does, and dns:///name:port with --tls");
            }
        });
    }

    /// <summary>Where the server is.</summary>
    public string Address(ParseResult parsed) => parsed.GetRequiredValue(_server);

    /// <summary>A client of the server.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="retries">Whether calls that fail before they are admitted are tried again.</param>
    public SuperResolutionClient Connect(ParseResult parsed, bool retries = true)
    {
        SuperResolutionClientOptions options = Options(
            parsed.GetRequiredValue(_server), parsed.GetValue(_tls), parsed.GetValue(_authorities), parsed.GetValue(_certificate), parsed.GetValue(_certificateKey));
        (options.ApiKey, options.Token) = (parsed.GetValue(_key), parsed.GetValue(_token));
        options.MaxAttempts = retries ? options.MaxAttempts : 1;
        return new SuperResolutionClient(options);
    }

    private static SuperResolutionClientOptions Options(string address, bool tls, string? authorities, string? certificate, string? key) =>
        new() { Address = address, Tls = tls, CaPath = authorities, CertificatePath = certificate, KeyPath = key };

    private static string DefaultAddress() => Variable("CVDVAE_SERVER") ?? "http://127.0.0.1:5000";

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
