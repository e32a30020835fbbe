namespace Cvdvae.ServiceDefaults.Channels;

/// <summary>The addresses of other services that a role of the process calls, so that options of channels can be checked against them.</summary>
/// <param name="Addresses">As the options give them.</param>
public sealed record CalledAddresses(IReadOnlyList<string> Addresses);
