namespace Cvdvae.Gateway.Security;

/// <summary>A key in the file.</summary>
internal sealed record ApiKeyEntry
{
    /// <summary>Names it in logs and quotas: 1 to 64 characters.</summary>
    public required string Id { get; init; }

    /// <summary>Whose it is, for those who read the file.</summary>
    public string? Name { get; init; }

    /// <summary>SHA-256 of the key in hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>When it ends.</summary>
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>Its own quota, in place of the whole default one.</summary>
    public QuotaOptions? Quota { get; init; }
}
