namespace Cvdvae.Gateway.Security;

/// <summary>
/// Bearer tokens (JWT); section <c>Auth:Jwt</c>. Either <see cref="Authority"/> tells the issuer and its keys, or <see cref="Issuer"/> and <see cref="SigningKeysPath"/> do.
/// </summary>
public sealed class JwtOptions
{
    /// <summary>Address of an OpenID Connect issuer: <c>https://</c>, or <c>http://</c> on the loopback. Its keys are fetched, and fetched anew when it changes them.</summary>
    public string Authority { get; set; } = "";

    /// <summary>What a token's <c>iss</c> must be; with <see cref="Authority"/> it is what the authority says.</summary>
    public string Issuer { get; set; } = "";

    /// <summary>JSON Web Key Set of the issuer's public keys (RSA, EC). It is read anew when it changes.</summary>
    public string SigningKeysPath { get; set; } = "";

    /// <summary>What must be among a token's <c>aud</c>.</summary>
    public string Audience { get; set; } = "";

    /// <summary>Algorithms of signatures, of <see cref="Known"/>; none given: all of them. Those with shared secrets, and none at all, are never accepted.</summary>
    public IList<string> Algorithms { get; } = [];

    /// <summary>How far the clocks of issuer and gateway may differ, 0 to 5 min.</summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The algorithms that may be chosen.</summary>
    internal static IReadOnlyList<string> Known { get; } = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    /// <summary>Whether there are tokens.</summary>
    internal bool IsConfigured => Authority.Length > 0 || Issuer.Length > 0 || SigningKeysPath.Length > 0 || Audience.Length > 0;
}
