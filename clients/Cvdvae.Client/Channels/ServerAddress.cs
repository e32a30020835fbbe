namespace Cvdvae.Client;

/// <summary>The forms of a server's address.</summary>
internal static class ServerAddress
{
    private const string UnixPrefix = "unix:";
    private const string Accepted = "http://host:port, https://host:port, unix:/path or dns:///name:port";

    /// <summary>The socket's path of a <c>unix:/path</c> (or <c>unix:///path</c>) address; null for another one.</summary>
    public static string? UnixPath(string address) =>
        address.StartsWith("unix:///", StringComparison.Ordinal) ? address["unix://".Length..]
        : address.StartsWith(UnixPrefix, StringComparison.Ordinal) ? address[UnixPrefix.Length..]
        : null;

    /// <summary>Whether the connection is over TLS.</summary>
    public static bool IsSecure(SuperResolutionClientOptions options) =>
        options.Address.StartsWith("https:", StringComparison.OrdinalIgnoreCase) || (options.Tls && options.Address.StartsWith("dns:", StringComparison.OrdinalIgnoreCase));

    /// <summary>What is wrong with an address, as the rest of a line that names the option; null where nothing is.</summary>
    public static string? Error(string? address)
    {
        if (string.IsNullOrWhiteSpace(address))
        {
            return $"is empty; {Accepted} is accepted";
        }

        if (UnixPath(address) is string path)
        {
            return path.StartsWith('/') ? null : $"'{address}' has no absolute path; {Accepted} is accepted";
        }

        bool valid = Uri.TryCreate(address, UriKind.Absolute, out Uri? uri)
            && (uri.Scheme == "dns" ? uri.AbsolutePath.Length > 1 : uri.Scheme is "http" or "https" && uri.Host.Length > 0);
        return valid ? null : $"'{address}' is not {Accepted}";
    }
}
