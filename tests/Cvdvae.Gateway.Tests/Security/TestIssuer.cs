using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Cvdvae.Gateway.Tests.Security;

/// <summary>Signs tokens.</summary>
internal sealed class TestIssuer : IDisposable
{
    public const string Name = "https://issuer.example";
    public const string Audience = "cvdvae";

    private readonly RSA _key = RSA.Create(2048);

    public TestIssuer(string keyId = "key-1") => KeyId = keyId;

    public string KeyId { get; }

    /// <summary>The public key as PEM: what a forger may know.</summary>
    public string PublicPem => _key.ExportSubjectPublicKeyInfoPem();

    /// <summary>The set of its public keys.</summary>
    public string KeySet => $$"""{"keys": [{{KeyJson()}}]}""";

    public static Metadata With(string token) => new() { { "authorization", $"Bearer {token}" } };

    /// <summary>A token, good but for what is given.</summary>
    public string Token(
        string? issuer = Name, string? audience = Audience, string? subject = "somebody", double validFrom = -60, double validFor = 60, string algorithm = SecurityAlgorithms.RsaSha256) =>
        Sign(Descriptor(issuer, audience, subject, validFrom, validFor), new SigningCredentials(new RsaSecurityKey(_key) { KeyId = KeyId }, algorithm));

    /// <summary>A token without a signature.</summary>
    public static string Unsigned()
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        string header = Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""");
        string payload = Base64UrlEncoder.Encode($$"""{"iss":"{{Name}}","aud":"{{Audience}}","sub":"somebody","exp":{{now + 60}},"nbf":{{now - 60}}}""");
        return $"{header}.{payload}.";
    }

    /// <summary>A token that is signed with the public key as if it were a shared secret.</summary>
    public string Confused()
    {
        string token = Unsigned();
        string header = Base64UrlEncoder.Encode($$"""{"alg":"HS256","typ":"JWT","kid":"{{KeyId}}"}""");
        string text = $"{header}.{token.Split('.')[1]}";
        return $"{text}.{Base64UrlEncoder.Encode(HMACSHA256.HashData(Encoding.ASCII.GetBytes(PublicPem), Encoding.ASCII.GetBytes(text)))}";
    }

    /// <summary>A token that never ends.</summary>
    public string Endless()
    {
        var handler = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false };
        return handler.CreateToken(
            $$"""{"iss":"{{Name}}","aud":"{{Audience}}","sub":"somebody"}""", new SigningCredentials(new RsaSecurityKey(_key) { KeyId = KeyId }, SecurityAlgorithms.RsaSha256));
    }

    public string KeyJson()
    {
        RSAParameters key = _key.ExportParameters(false);
        return $$"""{"kty":"RSA","use":"sig","kid":"{{KeyId}}","n":"{{Base64UrlEncoder.Encode(key.Modulus)}}","e":"{{Base64UrlEncoder.Encode(key.Exponent)}}"}""";
    }

    public void Dispose() => _key.Dispose();

    private static string Sign(SecurityTokenDescriptor descriptor, SigningCredentials credentials)
    {
        descriptor.SigningCredentials = credentials;
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(descriptor);
    }

    private static SecurityTokenDescriptor Descriptor(string? issuer, string? audience, string? subject, double validFrom, double validFor)
    {
        DateTime now = DateTime.UtcNow;
        var descriptor = new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Audience = audience,
            NotBefore = now.AddSeconds(validFrom),
            Expires = now.AddSeconds(validFor),
            Claims = new Dictionary<string, object>(),
        };
        if (subject is not null)
        {
            descriptor.Claims["sub"] = subject;
        }

        return descriptor;
    }
}
