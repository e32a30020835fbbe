using Cvdvae.Gateway.Tests.Fakes;
using Microsoft.Extensions.Options;
using Xunit;

namespace Cvdvae.Gateway.Tests.Security;

public sealed class AuthOptionsTests : IDisposable
{
    private readonly AuthFolder _folder = new();

    [Theory]
    [InlineData("Auth:Required: nobody could call", "Auth:Required=true")]
    [InlineData("Auth:ReloadInterval: 00:00:00 is not from", "Auth:ReloadInterval=00:00:00")]
    [InlineData("Auth:Quota:CostPerSecond: -1 is not from", "Auth:Quota:CostPerSecond=-1")]
    [InlineData("Auth:Quota:RequestsPerSecond: NaN is not from", "Auth:Quota:RequestsPerSecond=NaN")]
    [InlineData("Auth:Quota:CostBurst: 0 is not from", "Auth:Quota:CostBurst=0")]
    [InlineData("Auth:Quota:MaxConcurrentCalls: -1 is not from", "Auth:Quota:MaxConcurrentCalls=-1")]
    [InlineData("Auth:Jwt:Audience: it has to be set", "Auth:Jwt:Authority=https://issuer.example")]
    [InlineData("Auth:Jwt:Authority: 'http://issuer.example' is not https://HOST", "Auth:Jwt:Authority=http://issuer.example")]
    [InlineData("Auth:Jwt: one of Authority and SigningKeysPath", "Auth:Jwt:Audience=cvdvae")]
    [InlineData("Auth:Jwt:Issuer: it has to be set", "Auth:Jwt:SigningKeysPath=jwks.json")]
    [InlineData("Auth:Jwt:Issuer: the authority tells it", "Auth:Jwt:Authority=https://issuer.example", "Auth:Jwt:Issuer=somebody")]
    [InlineData("Auth:Jwt:Algorithms: 'HS256' is not of RS256", "Auth:Jwt:Authority=https://issuer.example", "Auth:Jwt:Algorithms:0=HS256")]
    [InlineData("Auth:Jwt:Algorithms: 'none' is not of RS256", "Auth:Jwt:Authority=https://issuer.example", "Auth:Jwt:Algorithms:0=none")]
    [InlineData("Auth:Jwt:ClockSkew: 01:00:00 is not from", "Auth:Jwt:Authority=https://issuer.example", "Auth:Jwt:ClockSkew=01:00:00")]
    public async Task Start_OptionThatCannotBeUsed_NamesIt(string message, params string[] settings)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(
            () => TestGateway.StartWithSettingsAsync(settings.Select(setting => setting.Split('=', 2)).Select(pair => (pair[0], pair[1]))));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_NoFileOfKeys_NamesTheOption()
    {
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => TestGateway.StartWithSettingsAsync([("Auth:ApiKeys:Path", "/nowhere/keys.json")]));

        Assert.StartsWith("Auth:ApiKeys:Path: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"keys": [{"kty": "oct", "kid": "a", "k": "c2VjcmV0"}]}""", "the key 'a' is of the type 'oct'; RSA and EC are accepted")]
    [InlineData("""{"keys": [{"kty": "EC", "kid": "a", "crv": "P-256", "x": "AA", "y": "AA", "d": "AA"}]}""", "the key 'a' is a private one")]
    [InlineData("""{"keys": []}""", "there is no key for signatures in it")]
    [InlineData("nonsense", "")]
    public async Task Start_SigningKeysThatMustNotBe_AreRefused(string text, string message)
    {
        (string, string)[] settings =
        [
            ("Auth:Jwt:Issuer", TestIssuer.Name), ("Auth:Jwt:Audience", TestIssuer.Audience), ("Auth:Jwt:SigningKeysPath", _folder.Write("jwks.json", text)),
        ];

        var error = await Assert.ThrowsAsync<InvalidDataException>(() => TestGateway.StartWithSettingsAsync(settings));

        Assert.StartsWith($"Auth:Jwt:SigningKeysPath: {message}", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
