using System.CommandLine;
using Cvdvae.Client;

namespace Cvdvae.Cli.Requests;

/// <summary>The options that say which server to call.</summary>
internal sealed class ServerArguments
{
    private readonly Option<string> _server = new("--server")
    {
        Description = "address of the server: http://host:port, https://host:port, unix:/path or dns:///name:port; CVDVAE_SERVER by default, http://127.0.0.1:5000 without it",
        DefaultValueFactory = _ => Variable("CVDVAE_SERVER") ?? "http://127.0.0.1:5000",
    };

    private readonly Option<string?> _key = new("--api-key")
    {
        Description = "key to send; CVDVAE_API_KEY by default",
        DefaultValueFactory = _ => Variable("CVDVAE_API_KEY"),
    };

    public ServerArguments()
    {
        _server.Validators.Add(result =>
        {
            if (ServerAddress.Error(result.GetValueOrDefault<string>()) is string error)
            {
                result.AddError($"--server: {error}");
            }
        });
        _key.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } key && !key.All(character => character is > ' ' and <= '~'))
            {
                result.AddError("--api-key: has a character that is not printable ASCII");
            }
        });
    }

    public void AddTo(Command command)
    {
        command.Options.Add(_server);
        command.Options.Add(_key);
    }

    /// <summary>Where the server is.</summary>
    public string Address(ParseResult parsed) => parsed.GetRequiredValue(_server);

    /// <summary>A client of the server.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="retries">Whether calls that fail before they are admitted are tried again.</param>
    public SuperResolutionClient Connect(ParseResult parsed, bool retries = true)
    {
        var options = new SuperResolutionClientOptions { Address = parsed.GetRequiredValue(_server), ApiKey = parsed.GetValue(_key) };
        options.MaxAttempts = retries ? options.MaxAttempts : 1;
        return new SuperResolutionClient(options);
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
