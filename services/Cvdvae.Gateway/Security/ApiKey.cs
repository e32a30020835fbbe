namespace Cvdvae.Gateway.Security;

/// <summary>A key, without the key itself.</summary>
/// <param name="Id">Names it in logs and quotas.</param>
/// <param name="Hash">SHA-256 of its characters in UTF-8.</param>
/// <param name="NotAfter">When it ends; null: never.</param>
/// <param name="Quota">Its own quota; null: the default one.</param>
internal sealed record ApiKey(string Id, byte[] Hash, DateTimeOffset? NotAfter, QuotaOptions? Quota);
