using Cvdvae.Gateway.Tests.Fakes;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cvdvae.Gateway.Tests.Security;

public sealed class SecretTests : IDisposable
{
    private readonly AuthFolder _folder = new();
    private readonly TestIssuer _issuer = new();

    [Fact]
    public async Task Log_AtItsFinest_HasNoKeyAndNoToken()
    {
        (string key, string wrongKey, string oldKey) = (AuthFolder.NewKey(), AuthFolder.NewKey(), AuthFolder.NewKey());
        (string token, string oldToken, string unsigned) = (_issuer.Token(), _issuer.Token(validFrom: -600, validFor: -120), TestIssuer.Unsigned());
        await using FakeDecoder decoder = await FakeDecoder.StartAsync();
        await using TestGateway gateway = await TestGateway.StartWithSettingsAsync(
            [
                .. _folder.Keys(AuthFolder.Entry("a", key), AuthFolder.Entry("old", oldKey, "\"notAfter\": \"2024-01-01T00:00:00Z\"")),
                ("Auth:Jwt:Issuer", TestIssuer.Name),
                ("Auth:Jwt:Audience", TestIssuer.Audience),
                ("Auth:Jwt:SigningKeysPath", _folder.Write("jwks.json", _issuer.KeySet)),
                ("Logging:LogLevel:Default", "Trace"),
                ("Logging:LogLevel:Microsoft.AspNetCore", "Trace"),
            ],
            decoder);

        foreach (Metadata good in new[] { AuthFolder.With(key), TestIssuer.With(token) })
        {
            await gateway.UpscaleAsync(TestGateway.Request(), headers: good);
            await gateway.FailAsync(new UpscaleRequest(), headers: good);
        }

        foreach (Metadata bad in new[] { AuthFolder.With(wrongKey), AuthFolder.With(oldKey), TestIssuer.With(oldToken), TestIssuer.With(unsigned) })
        {
            Assert.Equal(StatusCode.Unauthenticated, (await gateway.FailAsync(TestGateway.Request(), headers: bad)).StatusCode);
        }

        IReadOnlyList<LogLine> lines = gateway.Logs.Lines;
        Assert.Contains(lines, line => line.Level == LogLevel.Trace);
        Assert.Contains(lines, line => line.Event == 330);
        string[] secrets = [key, wrongKey, oldKey, .. new[] { token, oldToken, unsigned }.Select(text => text.Split('.')[1]), token.Split('.')[2], oldToken.Split('.')[2]];
        foreach (LogLine line in lines)
        {
            string all = $"{line.Text} {line.Error} {string.Join(' ', line.Scopes)}";
            Assert.All(secrets, secret => Assert.DoesNotContain(secret, all, StringComparison.OrdinalIgnoreCase));
        }
    }

    public void Dispose()
    {
        _issuer.Dispose();
        _folder.Dispose();
    }
}
