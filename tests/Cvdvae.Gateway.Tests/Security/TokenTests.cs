using Cvdvae.Gateway.Tests.Fakes;
using Cvdvae.Gateway.Tests.Web;
using Cvdvae.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace Cvdvae.Gateway.Tests.Security;

public sealed class TokenTests : IDisposable
{
    private const string NotAccepted = "the token is not accepted: its signature, issuer, audience or time is not right";

    private readonly AuthFolder _folder = new();
    private readonly TestIssuer _issuer = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SecurityAlgorithms.RsaSha256)]
    [InlineData(SecurityAlgorithms.RsaSsaPssSha512)]
    public async Task Call_GoodToken_IsAnswered(string algorithm)
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync();
        await using TestGateway gateway = await StartAsync([], decoder);

        List<UpscaleResponse> events = await gateway.UpscaleAsync(TestGateway.Request(), headers: TestIssuer.With(_issuer.Token(algorithm: algorithm)));

        Assert.NotNull(events[^1].Completed);
    }

    [Fact]
    public async Task Call_NoToken_IsUnauthenticated()
    {
        await using TestGateway gateway = await StartAsync([]);

        await AssertRefusedAsync(gateway, null, "this service needs a token as metadata authorization: Bearer TOKEN");
        await AssertRefusedAsync(gateway, new Metadata { { "authorization", "Basic dXNlcjpwYXNzd29yZA==" } }, "this service needs a token as metadata authorization: Bearer TOKEN");
    }

    [Fact]
    public async Task Call_WrongIssuer_IsUnauthenticated() => await AssertRefusedAsync(_issuer.Token(issuer: "https://other.example"));

    [Fact]
    public async Task Call_NoIssuer_IsUnauthenticated() => await AssertRefusedAsync(_issuer.Token(issuer: null));

    [Fact]
    public async Task Call_WrongAudience_IsUnauthenticated() => await AssertRefusedAsync(_issuer.Token(audience: "other"));

    [Fact]
    public async Task Call_NoAudience_IsUnauthenticated() => await AssertRefusedAsync(_issuer.Token(audience: null));

    [Fact]
    public async Task Call_Expired_IsUnauthenticated() => await AssertRefusedAsync(_issuer.Token(validFrom: -600, validFor: -120), "the token has expired");

    [Fact]
    public async Task Call_NotYetValid_IsUnauthenticated() => await AssertRefusedAsync(_issuer.Token(validFrom: 300, validFor: 600));

    [Fact]
    public async Task Call_NeverEnds_IsUnauthenticated() => await AssertRefusedAsync(_issuer.Endless());

    [Fact]
    public async Task Call_AlgorithmNone_IsUnauthenticated() => await AssertRefusedAsync(TestIssuer.Unsigned());

    [Fact]
    public async Task Call_PublicKeyAsSharedSecret_IsUnauthenticated() => await AssertRefusedAsync(_issuer.Confused());

    [Fact]
    public async Task Call_SignedByAnother_IsUnauthenticated()
    {
        using var other = new TestIssuer(_issuer.KeyId);
        await AssertRefusedAsync(other.Token());
    }

    [Fact]
    public async Task Call_NoSubject_IsUnauthenticated() => await AssertRefusedAsync(_issuer.Token(subject: null), "the token has no subject");

    [Theory]
    [InlineData("")]
    [InlineData("a.b.c")]
    [InlineData("eyJhbGciOiJSUzI1NiJ9..")]
    [InlineData("....")]
    public async Task Call_NoTokenAtAll_IsUnauthenticated(string token) => await AssertRefusedAsync(token);

    [Fact]
    public async Task Call_ChangedClaims_IsUnauthenticated()
    {
        string[] parts = _issuer.Token().Split('.');
        string claims = Base64UrlEncoder.Decode(parts[1]).Replace("somebody", "somebod1", StringComparison.Ordinal);

        await AssertRefusedAsync($"{parts[0]}.{Base64UrlEncoder.Encode(claims)}.{parts[2]}");
    }

    [Fact]
    public async Task Call_AlgorithmThatIsNotChosen_IsUnauthenticated()
    {
        await using TestGateway gateway = await StartAsync([("Auth:Jwt:Algorithms:0", "ES256"), ("Auth:Jwt:Algorithms:1", "RS512")]);

        await AssertRefusedAsync(gateway, TestIssuer.With(_issuer.Token()), NotAccepted);
        await ListAsync(gateway, TestIssuer.With(_issuer.Token(algorithm: SecurityAlgorithms.RsaSha512)));
    }

    [Fact]
    public async Task Call_WithinTheClockSkew_IsAnswered()
    {
        await using TestGateway gateway = await StartAsync([]);

        await ListAsync(gateway, TestIssuer.With(_issuer.Token(validFrom: -600, validFor: -5)));
    }

    [Fact]
    public async Task Call_SigningKeysReplaced_TheNewOnesCountWithoutARestart()
    {
        using var next = new TestIssuer("key-2");
        await using TestGateway gateway = await StartAsync([]);

        _folder.Write("jwks.json", next.KeySet);

        await Waiting.Until(() => gateway.Logs.Lines.Any(line => line.Event == 130));
        await ListAsync(gateway, TestIssuer.With(next.Token()));
        await AssertRefusedAsync(gateway, TestIssuer.With(_issuer.Token()), NotAccepted);
    }

    [Fact]
    public async Task Call_QuotaOfASubject_IsItsOwn()
    {
        await using TestGateway gateway = await StartAsync([("Auth:Quota:RequestsPerSecond", "0.001"), ("Auth:Quota:RequestBurst", "1")]);
        await ListAsync(gateway, TestIssuer.With(_issuer.Token()));

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => ListAsync(gateway, TestIssuer.With(_issuer.Token(validFor: 61))));

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        await ListAsync(gateway, TestIssuer.With(_issuer.Token(subject: "somebody else")));

        // Also where messages would show only the part that is the same.
        string same = new string('a', 120);
        await ListAsync(gateway, TestIssuer.With(_issuer.Token(subject: $"{same}1")));
        await ListAsync(gateway, TestIssuer.With(_issuer.Token(subject: $"{same}2")));
    }

    [Fact]
    public async Task Call_KeyAndToken_EitherWillDo()
    {
        string key = AuthFolder.NewKey();
        await using TestGateway gateway = await StartAsync(_folder.Keys(AuthFolder.Entry("a", key)));

        await ListAsync(gateway, AuthFolder.With(key));
        await ListAsync(gateway, TestIssuer.With(_issuer.Token()));
        await AssertRefusedAsync(gateway, null, "this service needs an API key as metadata x-api-key or a token as metadata authorization: Bearer TOKEN");
    }

    [Fact]
    public async Task Call_OverGrpcWeb_IsLetInByItsTokenAlone()
    {
        await using TestGateway gateway = await StartAsync([]);
        using var http = new HttpClient();

        foreach ((string token, string status) in new[] { (_issuer.Token(), "0"), (TestIssuer.Unsigned(), "16") })
        {
            using HttpRequestMessage request = GrpcWebCall.Request(gateway.Http1, "ListModels", new ListModelsRequest());
            request.Headers.Add("authorization", $"Bearer {token}");
            using HttpResponseMessage answer = await http.SendAsync(request, Stop).Soon();
            (_, string trailers) = GrpcWebCall.Read(await answer.Content.ReadAsByteArrayAsync(Stop), ListModelsResponse.Parser);
            Assert.Contains(status, answer.Headers.TryGetValues("grpc-status", out IEnumerable<string>? values) ? values.Single() : trailers, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Call_KeysOfAnAuthority_AreFetched()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using WebApplication authority = builder.Build();
        bool answers = false;
        authority.MapGet("/keys", () => _issuer.KeySet);
        authority.MapGet("/.well-known/openid-configuration", () => answers
            ? Microsoft.AspNetCore.Http.Results.Text($$"""{"issuer": "{{TestIssuer.Name}}", "jwks_uri": "{{authority.Urls.Single()}}/keys"}""")
            : Microsoft.AspNetCore.Http.Results.StatusCode(500));
        await authority.StartAsync(Stop).Soon();
        await using TestGateway gateway = await TestGateway.StartWithSettingsAsync([("Auth:Jwt:Authority", authority.Urls.Single()), ("Auth:Jwt:Audience", TestIssuer.Audience)]);

        RpcException before = await Assert.ThrowsAsync<RpcException>(() => ListAsync(gateway, TestIssuer.With(_issuer.Token())));
        answers = true;
        await ListAsync(gateway, TestIssuer.With(_issuer.Token()));

        Assert.Equal(StatusCode.Unavailable, before.StatusCode);
        await AssertRefusedAsync(gateway, TestIssuer.With(_issuer.Token(issuer: "https://other.example")), NotAccepted);
        await AssertRefusedAsync(gateway, TestIssuer.With(TestIssuer.Unsigned()), NotAccepted);
    }

    public void Dispose()
    {
        _issuer.Dispose();
        _folder.Dispose();
    }

    private static Task<ListModelsResponse> ListAsync(TestGateway gateway, Metadata? headers) =>
        gateway.Client.ListModelsAsync(new ListModelsRequest(), headers, cancellationToken: Stop).ResponseAsync.Soon();

    private static async Task AssertRefusedAsync(TestGateway gateway, Metadata? headers, string message)
    {
        RpcException error = await Assert.ThrowsAsync<RpcException>(() => ListAsync(gateway, headers));

        Assert.Equal((StatusCode.Unauthenticated, message), (error.StatusCode, error.Status.Detail));
    }

    private async Task AssertRefusedAsync(string token, string message = NotAccepted)
    {
        await using TestGateway gateway = await StartAsync([]);
        await ListAsync(gateway, TestIssuer.With(_issuer.Token()));

        await AssertRefusedAsync(gateway, TestIssuer.With(token), message);
    }

    private Task<TestGateway> StartAsync((string, string)[] more, params FakeDecoder[] decoders) => TestGateway.StartWithSettingsAsync(
        [
            ("Auth:Jwt:Issuer", TestIssuer.Name),
            ("Auth:Jwt:Audience", TestIssuer.Audience),
            ("Auth:Jwt:SigningKeysPath", _folder.Write("jwks.json", _issuer.KeySet)),
            ("Auth:ReloadInterval", "00:00:00.1"),
            .. more,
        ],
        decoders);
}
