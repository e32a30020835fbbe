using Microsoft.Extensions.Options;

namespace Cvdvae.Client;

/// <summary>Refuses options outside their ranges.</summary>
internal sealed class OptionsCheck : IValidateOptions<SuperResolutionClientOptions>
{
    private const int LeastMessageBytes = 1024;
    private const int MostAttempts = 20;

    public ValidateOptionsResult Validate(string? name, SuperResolutionClientOptions options)
    {
        string[] errors = [.. Errors(options)];
        return errors.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    /// <summary>One line for each option that can't be used: its name, its value and what is accepted.</summary>
    public static IEnumerable<string> Errors(SuperResolutionClientOptions options)
    {
        if (ServerAddress.Error(options.Address) is string error)
        {
            yield return $"Address: {error}";
        }

        if (options.ApiKey is { } key && !key.All(character => character is > ' ' and <= '~'))
        {
            yield return "ApiKey: has a character that is not printable ASCII";
        }

        if (options.Token is { } token && !token.All(character => character is > ' ' and <= '~'))
        {
            yield return "Token: has a character that is not printable ASCII";
        }

        foreach (string problem in TlsErrors(options))
        {
            yield return problem;
        }

        if (options.MaxMessageBytes < LeastMessageBytes)
        {
            yield return $"MaxMessageBytes: {options.MaxMessageBytes} is not {LeastMessageBytes} or more";
        }

        if (options.MaxAttempts is < 1 or > MostAttempts)
        {
            yield return $"MaxAttempts: {options.MaxAttempts} is not from 1 to {MostAttempts}";
        }

        (string Name, TimeSpan? Value)[] times =
        [
            (nameof(options.Deadline), options.Deadline),
            (nameof(options.RetryDelay), options.RetryDelay),
            (nameof(options.ConnectTimeout), options.ConnectTimeout),
            (nameof(options.ResolverRefresh), options.ResolverRefresh),
        ];
        foreach ((string name, TimeSpan? value) in times)
        {
            if (value <= TimeSpan.Zero && (name != nameof(options.Deadline) || value != Timeout.InfiniteTimeSpan))
            {
                yield return $"{name}: {value} is not above 0";
            }
        }

        if (options.MaxRetryDelay < options.RetryDelay)
        {
            yield return $"MaxRetryDelay: {options.MaxRetryDelay} is less than RetryDelay, {options.RetryDelay}";
        }
    }

    private static IEnumerable<string> TlsErrors(SuperResolutionClientOptions options)
    {
        if ((options.CertificatePath is null) != (options.KeyPath is null))
        {
            yield return "CertificatePath: one of it and KeyPath is set without the other";
        }

        (string Name, string? Path)[] files =
        [
            (nameof(options.CaPath), options.CaPath),
            (nameof(options.CertificatePath), options.CertificatePath),
            (nameof(options.KeyPath), options.KeyPath),
        ];
        foreach ((string name, string? path) in files.Where(file => file.Path is not null))
        {
            if (!ServerAddress.IsSecure(options))
            {
                yield return $"{name}: it is for TLS, which '{options.Address}' does not use";
            }
            else if (!File.Exists(path))
            {
                yield return $"{name}: there is no file '{path}'";
            }
        }
    }
}
