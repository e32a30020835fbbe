namespace Cvdvae.Gateway.Security;

/// <summary>Marks endpoints whose callers must be known.</summary>
internal sealed class NeedsCaller;
