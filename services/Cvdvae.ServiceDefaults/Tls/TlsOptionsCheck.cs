using Cvdvae.ServiceDefaults.Channels;
using Cvdvae.ServiceDefaults.Listening;
using Microsoft.Extensions.Options;

namespace Cvdvae.ServiceDefaults.Tls;

/// <summary>Checks the options at the start, also against the endpoints and the addresses called: an option that would protect nothing is refused.</summary>
internal sealed class TlsOptionsCheck(IOptions<ListeningOptions> listeningOptions, IOptions<ServiceChannelOptions> channels, IEnumerable<CalledAddresses> called) : IValidateOptions<TlsOptions>
{
    private static readonly TimeSpan LeastInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MostInterval = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, TlsOptions options)
    {
        string[] problems = [.. Problems(options)];
        return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private IEnumerable<string> Problems(TlsOptions options)
    {
        if (options.CertificatePath.Length > 0 != options.KeyPath.Length > 0)
        {
            yield return $"{TlsOptions.Section}:CertificatePath and {TlsOptions.Section}:KeyPath: one is set without the other";
        }

        if (options.ClientCertificatePath.Length > 0 != options.ClientKeyPath.Length > 0)
        {
            yield return $"{TlsOptions.Section}:ClientCertificatePath and {TlsOptions.Section}:ClientKeyPath: one is set without the other";
        }

        ListeningOptions listening = listeningOptions.Value;
        if (options.CertificatePath.Length == 0 && (IsTls(listening.Grpc) || IsTls(listening.Http1)))
        {
            yield return $"{TlsOptions.Section}:CertificatePath: an https:// endpoint needs it, and {TlsOptions.Section}:KeyPath";
        }

        if (options.ClientCaPath.Length > 0 && !IsTls(listening.Grpc))
        {
            yield return $"{TlsOptions.Section}:ClientCaPath: callers can't be asked for a certificate while {ListeningOptions.Section}:Grpc is '{listening.Grpc}'; make it https://";
        }

        if (options.AllowedClientNames.Count > 0 && options.ClientCaPath.Length == 0)
        {
            yield return $"{TlsOptions.Section}:AllowedClientNames: names mean nothing without {TlsOptions.Section}:ClientCaPath";
        }

        // Roles that call nobody may share their configuration with those that do.
        string[] addresses = [.. called.SelectMany(role => role.Addresses)];
        if (addresses.Length > 0 && !addresses.Any(IsCalledOverTls))
        {
            foreach (string option in OptionsOfChannels(options))
            {
                yield return $"{TlsOptions.Section}:{option}: no service is called over TLS ({string.Join(", ", addresses)}); make the addresses https://, "
                    + $"or set {ServiceChannelOptions.Section}:{nameof(ServiceChannelOptions.Tls)} for dns:/// ones";
            }
        }

        if (options.AllowedClientNames.Any(string.IsNullOrWhiteSpace))
        {
            yield return $"{TlsOptions.Section}:AllowedClientNames: one is empty";
        }

        if (options.ReloadInterval < LeastInterval || options.ReloadInterval > MostInterval)
        {
            yield return $"{TlsOptions.Section}:ReloadInterval: {options.ReloadInterval} is not from {LeastInterval} to {MostInterval}";
        }
    }

    private static IEnumerable<string> OptionsOfChannels(TlsOptions options)
    {
        if (options.ServerCaPath.Length > 0)
        {
            yield return nameof(options.ServerCaPath);
        }

        if (options.ClientCertificatePath.Length > 0)
        {
            yield return nameof(options.ClientCertificatePath);
        }
    }

    private bool IsCalledOverTls(string address) =>
        address.StartsWith("https:", StringComparison.OrdinalIgnoreCase) || (channels.Value.Tls && ServiceName.TryParse(address, out _));

    private static bool IsTls(string address) => ServiceAddress.TryParse(address, out ServiceAddress parsed) && parsed.IsTls;
}
