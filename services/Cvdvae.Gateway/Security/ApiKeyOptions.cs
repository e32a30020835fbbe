namespace Cvdvae.Gateway.Security;

/// <summary>API keys; section <c>Auth:ApiKeys</c>.</summary>
public sealed class ApiKeyOptions
{
    /// <summary>JSON file of the keys' hashes, ends and quotas; empty: there are no keys. It is read anew when it changes.</summary>
    public string Path { get; set; } = "";

    /// <summary>Whether there are keys.</summary>
    internal bool IsConfigured => Path.Length > 0;
}
