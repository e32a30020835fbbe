namespace Cvdvae.Gateway.Security;

/// <summary>Who makes a call.</summary>
/// <param name="Id">What quotas are counted by, and what logs show: the id of a key, the subject of a token, or the address of somebody without credentials.</param>
/// <param name="Quota">What it may do.</param>
internal sealed record Caller(string Id, QuotaOptions Quota);
