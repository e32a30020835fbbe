using System.Net;
using Cvdvae.Gateway.Tests.Fakes;
using Microsoft.Extensions.Options;
using Xunit;

namespace Cvdvae.Gateway.Tests.Web;

public sealed class PageTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cvdvae-");
    private readonly HttpClient _http = new(new HttpClientHandler { AutomaticDecompression = DecompressionMethods.None });

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_BuiltPage_IsServedWithItsPolicy()
    {
        await using TestGateway gateway = await StartAsync(("index.html", "<title>page</title>"));

        using HttpResponseMessage page = await GetAsync(gateway, "/");

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal("<title>page</title>", await page.Content.ReadAsStringAsync(Stop));
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no-cache", page.Headers.CacheControl?.ToString());
        string policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(page.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("no-referrer", Assert.Single(page.Headers.GetValues("Referrer-Policy")));
    }

    [Fact]
    public async Task Get_GrpcAddress_IsThePortOfGrpcAtTheHostOfThePage()
    {
        await using TestGateway gateway = await StartAsync(("index.html", ""));

        Assert.Equal(gateway.Address, await _http.GetStringAsync(new Uri($"{gateway.Http1}/grpc-address"), Stop).Soon());
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{gateway.Http1}/grpc-address")) { Headers = { Host = "pictures.example:8443" } };
        using HttpResponseMessage elsewhere = await _http.SendAsync(request, Stop).Soon();
        Assert.Equal($"http://pictures.example:{new Uri(gateway.Address).Port}", await elsewhere.Content.ReadAsStringAsync(Stop));
        Assert.Equal("no-store", elsewhere.Headers.CacheControl?.ToString());
    }

    [Fact]
    public async Task Get_GrpcAddress_IsTheConfiguredOneWhereThereIsOne()
    {
        await using TestGateway gateway = await TestGateway.StartWithAsync(new Dictionary<string, string>(), new Dictionary<string, string> { ["GrpcAddress"] = "https://grpc.example" });

        Assert.Equal("https://grpc.example", await _http.GetStringAsync(new Uri($"{gateway.Http1}/grpc-address"), Stop).Soon());
    }

    [Theory]
    [InlineData("grpc.example:443")]
    [InlineData("https://grpc.example/path")]
    [InlineData("*")]
    public async Task Start_GrpcAddressThatIsNone_IsRefused(string address)
    {
        OptionsValidationException error = await Assert.ThrowsAsync<OptionsValidationException>(() => TestGateway.StartWithAsync(new Dictionary<string, string>(), new Dictionary<string, string> { ["GrpcAddress"] = address }));

        Assert.Contains($"Web:GrpcAddress: '{address}' is not an address", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_SameFileAgain_Is304()
    {
        await using TestGateway gateway = await StartAsync(("index.html", "<title>page</title>"));
        using HttpResponseMessage first = await GetAsync(gateway, "/");

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{gateway.Http1}/"));
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using HttpResponseMessage second = await _http.SendAsync(request, Stop).Soon();

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [Fact]
    public async Task Get_FileWithAHash_MayBeKeptForEver()
    {
        await using TestGateway gateway = await StartAsync(("index.html", ""), ("assets/index-0a1b2c.js", new string(' ', 5000)));

        using HttpResponseMessage script = await GetAsync(gateway, "/assets/index-0a1b2c.js", "br");

        Assert.Equal("public, max-age=31536000, immutable", script.Headers.CacheControl?.ToString());
        Assert.Equal("br", Assert.Single(script.Content.Headers.ContentEncoding));
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/assets/gone.js")]
    [InlineData("/../appsettings.json")]
    public async Task Get_UnknownFile_Is404(string path)
    {
        await using TestGateway gateway = await StartAsync(("index.html", "<title>page</title>"));

        using HttpResponseMessage answer = await GetAsync(gateway, path);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("There is nothing here; the page is at /.\n", await answer.Content.ReadAsStringAsync(Stop));
    }

    [Fact]
    public async Task Get_PageNotBuilt_SaysHowTo()
    {
        await using TestGateway gateway = await StartAsync();

        using HttpResponseMessage answer = await GetAsync(gateway, "/");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("text/plain", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("make web", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_HealthAndMetrics_AreStillThere()
    {
        await using TestGateway gateway = await StartAsync(("index.html", "<title>page</title>"));

        using HttpResponseMessage live = await GetAsync(gateway, "/healthz/live");
        using HttpResponseMessage metrics = await GetAsync(gateway, "/metrics");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (live.StatusCode, metrics.StatusCode));
    }

    public void Dispose()
    {
        _http.Dispose();
        _folder.Delete(recursive: true);
    }

    private Task<TestGateway> StartAsync(params (string Path, string Text)[] files)
    {
        foreach ((string path, string text) in files)
        {
            string file = Path.Combine(_folder.FullName, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
        }

        return TestGateway.StartWithAsync([], new Dictionary<string, string> { ["Root"] = _folder.FullName });
    }

    private async Task<HttpResponseMessage> GetAsync(TestGateway gateway, string path, string? encoding = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{gateway.Http1}{path}"));
        if (encoding is not null)
        {
            request.Headers.AcceptEncoding.ParseAdd(encoding);
        }

        return await _http.SendAsync(request, Stop).Soon();
    }
}
