using System.Net;
using Cvdvae.Gateway.Tests.Fakes;
using Cvdvae.Gateway.Tests.Web;
using Cvdvae.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Xunit;

namespace Cvdvae.Gateway.Tests.Security;

public sealed class ApiKeyTests : IDisposable
{
    private readonly AuthFolder _folder = new();
    private readonly HttpClient _http = new();
    private readonly string _key = AuthFolder.NewKey();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Call_GoodKey_IsAnswered()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync();
        await using TestGateway gateway = await StartAsync(decoder);

        List<UpscaleResponse> events = await gateway.UpscaleAsync(TestGateway.Request(), headers: AuthFolder.With(_key));
        ListModelsResponse models = await gateway.Client.ListModelsAsync(new ListModelsRequest(), AuthFolder.With(_key), cancellationToken: Stop).ResponseAsync.Soon();

        Assert.NotNull(events[^1].Completed);
        Assert.Single(models.Models);
    }

    [Fact]
    public async Task Call_Ended_IsLoggedWithWhoMadeIt()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync();
        await using TestGateway gateway = await StartAsync(decoder);
        UpscaleRequest wrong = TestGateway.Request();
        wrong.Scale = 3;

        await gateway.UpscaleAsync(TestGateway.Request(), headers: AuthFolder.With(_key));
        await gateway.FailAsync(wrong, headers: AuthFolder.With(_key));

        await Waiting.Until(() => gateway.Logs.Lines.Any(line => line.Event == 321));
        Assert.Matches(@" in \d+ ms for key:a$", Assert.Single(gateway.Logs.Lines, line => line.Event == 320).Text);
        Assert.Matches(@"^a call ended as InvalidArgument after \d+ ms for key:a: scale: '3'", Assert.Single(gateway.Logs.Lines, line => line.Event == 321).Text);
        Assert.DoesNotContain(gateway.Logs.Lines, line => line.Error is not null);
    }

    [Fact]
    public async Task Call_NoKey_IsUnauthenticated()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync();
        await using TestGateway gateway = await StartAsync(decoder);

        RpcException upscale = await gateway.FailAsync(TestGateway.Request(), headers: new Metadata { { "x-request-id", "order-66" } });
        RpcException models = await Assert.ThrowsAsync<RpcException>(() => gateway.Client.ListModelsAsync(new ListModelsRequest(), cancellationToken: Stop).ResponseAsync.Soon());

        Assert.Equal((StatusCode.Unauthenticated, StatusCode.Unauthenticated), (upscale.StatusCode, models.StatusCode));
        Assert.Equal("this service needs an API key as metadata x-api-key", upscale.Status.Detail);
        Assert.Contains(gateway.Logs.Lines, line => line.Event == 330 && line.Text.EndsWith("request_id=order-66", StringComparison.Ordinal));
        Assert.Empty(decoder.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    [InlineData("not even one")]
    public async Task Call_WrongKey_IsUnauthenticated(string key)
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync();
        await using TestGateway gateway = await StartAsync(decoder);

        await AssertWrongAsync(gateway, key);
        Assert.Empty(decoder.Requests);
    }

    [Fact]
    public async Task Call_HashInPlaceOfTheKey_IsUnauthenticated()
    {
        await using TestGateway gateway = await StartAsync();
        string hash = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(_key)));

        await AssertWrongAsync(gateway, hash);
        await AssertWrongAsync(gateway, hash.ToLowerInvariant());
    }

    [Fact]
    public async Task Call_ExpiredKey_IsUnauthenticatedAsAWrongOneIs()
    {
        string later = AuthFolder.NewKey();
        await using TestGateway gateway = await TestGateway.StartWithSettingsAsync(_folder.Keys(
            AuthFolder.Entry("old", _key, "\"notAfter\": \"2024-01-01T00:00:00Z\""), AuthFolder.Entry("new", later, "\"notAfter\": \"2924-01-01T00:00:00+01:00\"")));

        await AssertWrongAsync(gateway, _key);
        Assert.Equal("", (await ListAsync(gateway, later)).DefaultModel);
    }

    [Fact]
    public async Task Call_KeysReplaced_TheNewOnesCountWithoutARestart()
    {
        string next = AuthFolder.NewKey();
        await using TestGateway gateway = await StartAsync();
        await ListAsync(gateway, _key);

        _folder.WriteKeys(AuthFolder.Entry("next", next));

        await Waiting.Until(() => gateway.Logs.Lines.Any(line => line.Event == 130));
        await ListAsync(gateway, next);
        await AssertWrongAsync(gateway, _key);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""{"keys": [{"id": "a", "sha256": "00"}]}""")]
    public async Task Call_KeysReplacedByNonsense_TheOldOnesStay(string text)
    {
        await using TestGateway gateway = await StartAsync();

        _folder.Write("keys.json", text);

        await Waiting.Until(() => gateway.Logs.Lines.Any(line => line.Event == 131));
        await ListAsync(gateway, _key);
    }

    [Fact]
    public async Task Call_CredentialsNotRequired_StrangersAreLetInAndWrongKeysAreNot()
    {
        await using TestGateway gateway = await TestGateway.StartWithSettingsAsync([.. _folder.Keys(AuthFolder.Entry("a", _key)), ("Auth:Required", "false")]);

        await gateway.Client.ListModelsAsync(new ListModelsRequest(), cancellationToken: Stop).ResponseAsync.Soon();
        await ListAsync(gateway, _key);
        await AssertWrongAsync(gateway, "wrong");
    }

    [Fact]
    public async Task Call_NothingConfigured_CredentialsAreIgnored()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();

        await ListAsync(gateway, "whatever");
        await gateway.Client.ListModelsAsync(new ListModelsRequest(), new Metadata { { "authorization", "Bearer whatever" } }, cancellationToken: Stop).ResponseAsync.Soon();
    }

    [Fact]
    public async Task HealthAndPage_NoKey_AreStillThere()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync();
        await using TestGateway gateway = await StartAsync(decoder);

        HealthCheckResponse health = await new Health.HealthClient(gateway.Invoker).CheckAsync(new HealthCheckRequest(), cancellationToken: Stop).ResponseAsync.Soon();
        using HttpResponseMessage live = await _http.GetAsync(new Uri($"{gateway.Http1}/healthz/live"), Stop).Soon();
        using HttpResponseMessage page = await _http.GetAsync(new Uri($"{gateway.Http1}/"), Stop).Soon();

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        Assert.NotEqual(HttpStatusCode.Unauthorized, page.StatusCode);
    }

    [Theory]
    [InlineData(true, "0")]
    [InlineData(false, "16")]
    public async Task Call_OverGrpcWeb_IsLetInByItsKeyAlone(bool hasKey, string status)
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync();
        await using TestGateway gateway = await StartAsync(decoder);
        using HttpRequestMessage request = GrpcWebCall.Request(gateway.Http1, "Upscale", TestGateway.Request());
        request.Headers.Add("x-api-key", hasKey ? _key : "wrong");

        using HttpResponseMessage answer = await _http.SendAsync(request, Stop).Soon();

        Assert.Equal("application/grpc-web", answer.Content.Headers.ContentType!.MediaType);
        (List<UpscaleResponse> events, string trailers) = GrpcWebCall.Read(await answer.Content.ReadAsByteArrayAsync(Stop), UpscaleResponse.Parser);
        Assert.Equal(hasKey, events.Count > 0);
        Assert.Contains(status, answer.Headers.TryGetValues("grpc-status", out IEnumerable<string>? values) ? values.Single() : trailers, StringComparison.Ordinal);
        Assert.Equal(hasKey ? 1 : 0, decoder.Requests.Count);
    }

    [Fact]
    public async Task Call_NoKeyAndALargeMessage_IsRefusedUnread()
    {
        await using TestGateway gateway = await StartAsync();
        var request = new UpscaleRequest { Image = ByteString.CopyFrom(new byte[15 << 20]) };

        RpcException error = await gateway.FailAsync(request);

        Assert.Equal(StatusCode.Unauthenticated, error.StatusCode);
    }

    [Fact]
    public async Task Call_UnknownMethod_IsUnauthenticatedToo()
    {
        await using TestGateway gateway = await StartAsync();
        var method = new Method<ListModelsRequest, ListModelsResponse>(
            MethodType.Unary, "cvdvae.v1.SuperResolutionService", "Guess", Marshaller(ListModelsRequest.Parser), Marshaller(ListModelsResponse.Parser));

        RpcException error = await Assert.ThrowsAsync<RpcException>(
            () => gateway.Invoker.AsyncUnaryCall(method, null, new CallOptions(cancellationToken: Stop), new ListModelsRequest()).ResponseAsync.Soon());

        Assert.Equal(StatusCode.Unauthenticated, error.StatusCode);
    }

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    private static Marshaller<T> Marshaller<T>(MessageParser<T> parser)
        where T : IMessage<T> => Marshallers.Create(message => message.ToByteArray(), parser.ParseFrom);

    private static Task<ListModelsResponse> ListAsync(TestGateway gateway, string key) =>
        gateway.Client.ListModelsAsync(new ListModelsRequest(), AuthFolder.With(key), cancellationToken: Stop).ResponseAsync.Soon();

    private static async Task AssertWrongAsync(TestGateway gateway, string key)
    {
        RpcException error = await Assert.ThrowsAsync<RpcException>(() => ListAsync(gateway, key));

        Assert.Equal((StatusCode.Unauthenticated, "the API key is not known, or no longer valid"), (error.StatusCode, error.Status.Detail));
    }

    private Task<TestGateway> StartAsync(params FakeDecoder[] decoders) =>
        TestGateway.StartWithSettingsAsync(_folder.Keys(AuthFolder.Entry("a", _key), AuthFolder.Entry("b", AuthFolder.NewKey())), decoders);
}
