using System.Net;
using Cvdvae.Gateway.Tests.Fakes;
using Cvdvae.V1;
using Microsoft.Extensions.Options;
using Xunit;

namespace Cvdvae.Gateway.Tests.Web;

public sealed class GrpcWebTests : IDisposable
{
    private const string Page = "https://pages.example";
    private readonly HttpClient _http = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Upscale_OverHttp1_StreamsAllEvents()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync();
        await using TestGateway gateway = await TestGateway.StartAsync(decoder);

        using HttpResponseMessage answer = await SendAsync(GrpcWebCall.Request(gateway.Http1, "Upscale", TestGateway.Request(2)));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        (List<UpscaleResponse> events, string trailers) = GrpcWebCall.Read(await answer.Content.ReadAsByteArrayAsync(Stop), UpscaleResponse.Parser);
        Assert.NotNull(events[0].Started);
        Assert.Equal(10, events.Previews().Count);
        Assert.Equal(2, events.Results().Count);
        Assert.NotNull(events[^1].Completed);
        Assert.Contains("grpc-status: 0", trailers, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upscale_BadImage_SaysSoInTheHeaders()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync();
        await using TestGateway gateway = await TestGateway.StartAsync(decoder);

        using HttpResponseMessage answer = await SendAsync(GrpcWebCall.Request(gateway.Http1, "Upscale", new UpscaleRequest()));

        byte[] body = await answer.Content.ReadAsByteArrayAsync(Stop);
        string status = answer.Headers.TryGetValues("grpc-status", out IEnumerable<string>? values) ? values.Single() : GrpcWebCall.Read(body, UpscaleResponse.Parser).Trailers;
        Assert.Contains("3", status, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upscale_ConnectionBreaks_CancelsTheDecode()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync(fake => fake.Script = async decode =>
        {
            await decode.AcceptAsync();
            await decode.HangAsync();
        });
        await using TestGateway gateway = await TestGateway.StartAsync(decoder);

        using (var http = new HttpClient())
        {
            using HttpRequestMessage request = GrpcWebCall.Request(gateway.Http1, "Upscale", TestGateway.Request());
            using HttpResponseMessage answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop).Soon();
        }

        await Waiting.Until(() => decoder.Cancelled == 1);
    }

    [Theory]
    [InlineData(Page)]
    [InlineData("*")]
    public async Task Preflight_AllowedOrigin_MayCall(string allowed)
    {
        await using TestGateway gateway = await StartAsync(allowed);

        using HttpResponseMessage answer = await PreflightAsync(gateway, Page);

        Assert.Equal(allowed, Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Contains("x-grpc-web", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Headers")), StringComparison.Ordinal);
        Assert.Equal("3600", Assert.Single(answer.Headers.GetValues("Access-Control-Max-Age")));
    }

    [Fact]
    public async Task Call_AllowedOrigin_ExposesTheStatus()
    {
        await using TestGateway gateway = await StartAsync(Page);

        using HttpResponseMessage answer = await SendAsync(GrpcWebCall.Request(gateway.Http1, "ListModels", new ListModelsRequest(), Page));

        Assert.Equal(Page, Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
        string exposed = Assert.Single(answer.Headers.GetValues("Access-Control-Expose-Headers"));
        Assert.All(["grpc-status", "grpc-message", "grpc-status-details-bin"], name => Assert.Contains(name, exposed, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("https://other.example")]
    public async Task Preflight_OtherOrigin_MayNot(string? allowed)
    {
        await using TestGateway gateway = await StartAsync(allowed);

        using HttpResponseMessage answer = await PreflightAsync(gateway, Page);

        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("AllowedOrigins:0", "https://pages.example/")]
    [InlineData("AllowedOrigins:0", "pages.example")]
    [InlineData("AllowedOrigins:0", "null")]
    [InlineData("PreflightMaxAge", "2.00:00:00")]
    [InlineData("Root", "/nowhere/at/all")]
    public async Task Start_OptionOutOfRange_NamesIt(string option, string value)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => TestGateway.StartWithAsync([], new Dictionary<string, string> { [option] = value }));

        Assert.Contains($"Web:{option.Split(':')[0]}", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _http.Dispose();

    private static Task<TestGateway> StartAsync(string? origin) =>
        TestGateway.StartWithAsync([], origin is null ? [] : new Dictionary<string, string> { ["AllowedOrigins:0"] = origin });

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            return await _http.SendAsync(request, Stop).Soon();
        }
    }

    private Task<HttpResponseMessage> PreflightAsync(TestGateway gateway, string origin)
    {
        var request = new HttpRequestMessage(HttpMethod.Options, new Uri($"{gateway.Http1}/cvdvae.v1.SuperResolutionService/Upscale"));
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "content-type,x-grpc-web,grpc-timeout");
        return SendAsync(request);
    }
}
