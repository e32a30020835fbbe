using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Cvdvae.FakeService;
using Cvdvae.TestUtils;
using Cvdvae.TestUtils.Certificates;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cvdvae.Client.Tests;

/// <summary>A wrong address, a wrong port or the wrong kind of TLS is explained in a line to whoever typed it.</summary>
public sealed class WrongServerTests : IDisposable
{
    private const string NoHttp2 = "the server does not speak HTTP/2 there (by default gRPC has port 5000, the page and gRPC-Web have 5001)";
    private const string Closed = "the server closed the connection";
    private const string TlsAddress = "; where it wants TLS the address begins with https://";
    private const string NoTls = "the server does not answer with TLS; without it the address begins with http://";
    private const string Certificate = "does it want a certificate of the client, or another one?";

    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new();

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("http://", nameof(RawServer.GreetAsync), NoHttp2 + TlsAddress)]
    [InlineData("http://", nameof(RawServer.CloseAsync), null)]
    [InlineData("http://", nameof(RawServer.ResetAsync), null)]
    [InlineData("https://", nameof(RawServer.GreetAsync), NoTls)]
    [InlineData("https://", nameof(RawServer.CloseAsync), NoTls)]
    [InlineData("https://", nameof(RawServer.KeepSilentAsync), "the server did not answer within 1 s")]
    [InlineData("dns:///", nameof(RawServer.GreetAsync), NoHttp2 + "; does it want TLS?")]
    [InlineData("dns:///", nameof(RawServer.CloseAsync), null)]
    public async Task Upscale_ServiceOfAnotherKind_IsExplained(string scheme, string kind, string? expected)
    {
        await using var server = new RawServer(kind switch
        {
            nameof(RawServer.GreetAsync) => RawServer.GreetAsync,
            nameof(RawServer.CloseAsync) => RawServer.CloseAsync,
            nameof(RawServer.ResetAsync) => RawServer.ResetAsync,
            _ => RawServer.KeepSilentAsync,
        });

        string problem = await FailsAsync(scheme + server.Authority, expected, connectTimeout: kind == nameof(RawServer.KeepSilentAsync) ? 1 : null);

        if (expected is null)
        {
            Assert.Contains(problem, Lost(scheme == "dns:///" ? "; does it want TLS?" : TlsAddress));
        }
    }

    [Theory]
    [InlineData("http", TlsAddress)]
    [InlineData("dns", "; does it want TLS?")]
    [InlineData("unix", "")]
    public async Task Upscale_Http1Server_IsExplained(string scheme, string hint)
    {
        string? socket = scheme == "unix" ? _folder["http1.sock"] : null;
        await using FakeServer server = await FakeServer.StartAsync(socket: socket, protocols: HttpProtocols.Http1);

        Assert.Contains(await FailsAsync(Address(scheme, server, socket), null), Lost(hint));
    }

    [Theory]
    [InlineData("https", NoTls)]
    [InlineData("dns", "the server does not answer with TLS; is it one without?")]
    public async Task Upscale_TlsToAServerWithout_IsExplained(string scheme, string expected)
    {
        await using FakeServer server = await FakeServer.StartAsync();

        await FailsAsync(Address(scheme, server, null), expected, tls: true);
    }

    [Theory]
    [InlineData("http", TlsAddress)]
    [InlineData("dns", "; does it want TLS?")]
    public async Task Upscale_NoTlsToAServerWithIt_IsExplained(string scheme, string hint)
    {
        await using FakeServer server = await SecureAsync();

        string problem = await FailsAsync(Address(scheme, server, null), null);

        Assert.Contains(problem, Lost(hint));
    }

    [Fact]
    public async Task Upscale_TlsWithoutHttp2_IsExplained()
    {
        await using FakeServer server = await SecureAsync(protocols: HttpProtocols.Http1);

        await FailsAsync(Address("https", server, null), NoHttp2, ca: _authority);
    }

    [Fact]
    public async Task Upscale_CertificateOfAnotherName_IsExplained()
    {
        await using FakeServer server = await SecureAsync("other.host");

        await FailsAsync(Address("https", server, null), "the certificate of the server is not accepted (it is for another name)", ca: _authority);
    }

    [Fact]
    public async Task Upscale_CertificateOfAnotherAuthority_IsExplained()
    {
        using var other = new TestAuthority("other");
        await using FakeServer server = await SecureAsync();
        const string expected = "the certificate of the server is not accepted (it is not from an authority that is trusted here)";

        await FailsAsync(Address("https", server, null), expected, ca: other);
        await FailsAsync(Address("https", server, null), expected);
        await FailsAsync(Address("dns", server, null), expected, tls: true);
    }

    [Theory]
    [InlineData("https")]
    [InlineData("dns")]
    public async Task Upscale_CertificateWanted_IsExplained(string scheme)
    {
        await using FakeServer server = await SecureAsync(wantsCertificate: true);

        string problem = await FailsAsync(Address(scheme, server, null), null, ca: _authority, tls: true);

        Assert.Contains(problem, (string[])[$"the server refuses the TLS connection; {Certificate}", $"{Closed}; {Certificate}"]);
    }

    [Fact]
    public async Task Upscale_NothingAtASocket_IsExplained()
    {
        await FailsAsync($"unix:{_folder["none.sock"]}", "there is no such socket");
        await File.WriteAllTextAsync(_folder["file"], "no socket", TestContext.Current.CancellationToken);
        await FailsAsync($"unix:{_folder["file"]}", "Connection refused");
    }

    [Theory]
    [InlineData("http://")]
    [InlineData("https://")]
    [InlineData("dns:///")]
    public async Task Upscale_NothingAtAPort_IsExplained(string scheme)
    {
        string authority;
        await using (var server = new RawServer(RawServer.CloseAsync))
        {
            authority = server.Authority;
        }

        await FailsAsync(scheme + authority, "Connection refused");
    }

    [Theory]
    [InlineData("http://")]
    [InlineData("dns:///")]
    public async Task Upscale_UnknownName_IsExplained(string scheme)
    {
        string problem = await FailsAsync($"{scheme}cvdvae.invalid:5000", null);

        Assert.Contains(problem, (string[])["there is no such host", "the name of the host could not be looked up"]); // without a network the second
    }

    [Theory]
    [InlineData(200, StatusCode.Unknown, "the server does not speak gRPC there (it answers with text/html)")]
    [InlineData(401, StatusCode.Unauthenticated, "what answers there wants credentials (HTTP 401)")]
    [InlineData(403, StatusCode.PermissionDenied, "what answers there refuses this client (HTTP 403)")]
    [InlineData(404, StatusCode.Unimplemented, "the server does not speak gRPC there (HTTP 404)")]
    [InlineData(413, StatusCode.ResourceExhausted, "the request is too large for what answers there (HTTP 413): 193 bytes")]
    [InlineData(421, StatusCode.Unknown, "the server is not one of this name (HTTP 421)")]
    [InlineData(429, StatusCode.Unavailable, "what answers there takes no more calls for now (HTTP 429)")]
    [InlineData(502, StatusCode.Unavailable, "what answers there does not reach the service (HTTP 502)")]
    [InlineData(503, StatusCode.Unavailable, "what answers there does not reach the service (HTTP 503)")]
    [InlineData(504, StatusCode.Unavailable, "what answers there does not reach the service (HTTP 504)")]
    public async Task Upscale_AnswerOfAProxy_IsExplained(int status, StatusCode code, string expected)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        await using WebApplication proxy = builder.Build();
        proxy.Run(async context =>
        {
            (context.Response.StatusCode, context.Response.ContentType) = (status, "text/html; charset=utf-8");
            await context.Response.WriteAsync("<html><body>no</body></html>");
        });
        await proxy.StartAsync(TestContext.Current.CancellationToken);

        SuperResolutionException error = await ErrorAsync(new SuperResolutionClientOptions { Address = proxy.Urls.Single() });

        Assert.Equal((code, $"can't reach {proxy.Urls.Single()}: {expected}"), (error.Status, error.Message));
        Assert.Equal(status == 413, error is MessageTooLargeException { Size: 193, Limit: null });
    }

    [Fact]
    public async Task Upscale_ConnectionLostHalfWay_SaysSo()
    {
        var seen = new TaskCompletionSource();
        var upscaler = new FakeUpscaler();
        upscaler.Script = async (_, events, context) =>
        {
            await events.WriteAsync(new() { Started = new() });
            await seen.Task.WaitAsync(CallLimits.Limit);
            context.GetHttpContext().Features.Get<IConnectionLifetimeFeature>()!.Abort();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        await using FakeServer server = await FakeServer.StartAsync(upscaler);
        using var client = new SuperResolutionClient(server.Address);

        SuperResolutionException error = await Assert.ThrowsAsync<SuperResolutionException>(async () =>
        {
            await foreach (UpscaleEvent item in client.UpscaleAsync(Inputs.Request(), stop: TestContext.Current.CancellationToken))
            {
                seen.SetResult();
            }
        }).WaitAsync(CallLimits.Limit, TestContext.Current.CancellationToken);

        Assert.Equal((StatusCode.Unavailable, $"lost {server.Address}: {Closed}"), (error.Status, error.Message));
    }

    [Theory]
    [InlineData(SocketError.HostNotFound, "there is no such host")]
    [InlineData(SocketError.TryAgain, "the name of the host could not be looked up")]
    [InlineData(SocketError.ConnectionRefused, "Connection refused")]
    [InlineData(SocketError.HostUnreachable, "there is no route to the host")]
    [InlineData(SocketError.NetworkUnreachable, "there is no route to the network")]
    [InlineData(SocketError.TimedOut, "the server does not answer")]
    [InlineData(SocketError.ConnectionReset, Closed)]
    public void Of_ErrorOfTheNetwork_IsALine(SocketError code, string expected)
    {
        var cause = new HttpRequestException("no", new AggregateException(new SocketException((int)code)));

        string? problem = TransportProblem.Of(new Status(StatusCode.Unavailable, "no", cause), new SuperResolutionClientOptions(), admitted: false);

        Assert.Equal($"can't reach http://127.0.0.1:5000: {expected}", problem);
    }

    [Fact]
    public void Of_ProxyThatRefuses_IsItsOwnLine()
    {
        var cause = new HttpRequestException(HttpRequestError.ProxyTunnelError, "The proxy tunnel request to proxy 'http://proxy/' failed with status code '407'.");

        string? problem = TransportProblem.Of(new Status(StatusCode.Unavailable, "no", cause), new SuperResolutionClientOptions(), admitted: false);

        Assert.Equal("can't reach http://127.0.0.1:5000: The proxy tunnel request to proxy 'http://proxy/' failed with status code '407'", problem);
    }

    // By chance the transport gives no more than its own message.
    [Theory]
    [InlineData("http://127.0.0.1:5000", NoHttp2 + TlsAddress)]
    [InlineData("unix:/run/cvdvae.sock", NoHttp2)]
    [InlineData("dns:///gateway:5000", NoHttp2 + "; does it want TLS?")]
    [InlineData("https://127.0.0.1:5000", Closed + "; " + Certificate)]
    public void Of_Http2ThatDoesNotBegin_IsALine(string address, string expected)
    {
        var cause = new HttpRequestException("An HTTP/2 connection could not be established because the server did not complete the HTTP/2 handshake.");

        string? problem = TransportProblem.Of(new Status(StatusCode.Internal, "no", cause), new SuperResolutionClientOptions { Address = address }, admitted: false);

        Assert.Equal($"can't reach {address}: {expected}", problem);
    }

    [Fact]
    public void Of_AnswerOfTheServer_IsNone() =>
        Assert.Null(TransportProblem.Of(new Status(StatusCode.Unavailable, "stopping"), new SuperResolutionClientOptions(), admitted: false));

    /// <summary>A connection that is closed while HTTP/2 begins is seen in one way or the other, by chance.</summary>
    private static string[] Lost(string hint) => [NoHttp2 + hint, Closed + hint];

    private static string Address(string scheme, FakeServer server, string? socket) => scheme switch
    {
        "unix" => $"unix:{socket}",
        "dns" => $"dns:///127.0.0.1:{new Uri(server.Address).Port}",
        _ => $"{scheme}://127.0.0.1:{new Uri(server.Address).Port}",
    };

    private Task<FakeServer> SecureAsync(string name = "127.0.0.1", HttpProtocols protocols = HttpProtocols.Http2, bool wantsCertificate = false)
    {
        TestCertificate certificate = _authority.Issue([name]);
        return FakeServer.StartAsync(protocols: protocols, tls: new HttpsConnectionAdapterOptions
        {
            ServerCertificate = X509Certificate2.CreateFromPem(certificate.Pem, certificate.KeyPem),
            ClientCertificateMode = wantsCertificate ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.NoCertificate,
        });
    }

    private async Task<string> FailsAsync(string address, string? expected, TestAuthority? ca = null, bool tls = false, int? connectTimeout = null)
    {
        var options = new SuperResolutionClientOptions { Address = address, Tls = tls, ConnectTimeout = TimeSpan.FromSeconds(connectTimeout ?? 20) };
        if (ca is not null)
        {
            await File.WriteAllTextAsync(_folder["ca.pem"], ca.Pem, TestContext.Current.CancellationToken);
            options.CaPath = _folder["ca.pem"];
        }

        SuperResolutionException error = await ErrorAsync(options);

        Assert.Equal(StatusCode.Unavailable, error.Status);
        string start = $"can't reach {address}: ";
        Assert.StartsWith(start, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", error.Message, StringComparison.Ordinal);
        string problem = error.Message[start.Length..];
        if (expected is not null)
        {
            Assert.Equal(expected, problem);
        }

        return problem;
    }

    private static async Task<SuperResolutionException> ErrorAsync(SuperResolutionClientOptions options)
    {
        options.MaxAttempts = 1;
        using var client = new SuperResolutionClient(options);
        return await Assert.ThrowsAnyAsync<SuperResolutionException>(() => client.CollectAsync(Inputs.Request()));
    }
}
