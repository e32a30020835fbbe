using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Cvdvae.ServiceDefaults.Channels;
using Cvdvae.TestUtils;
using Cvdvae.TestUtils.Certificates;
using Cvdvae.V1;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Cvdvae.ServiceDefaults.Tests.Tls;

public sealed class ServerTlsTests : IDisposable
{
    private readonly TlsFolder _folder = new();

    [Fact]
    public async Task Call_TrustedServer_IsAnsweredOverHttp2()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync(null, _folder.Server());

        await probe.StatusAsync();

        (_, SslApplicationProtocol protocol, SslProtocols tls) = await ConnectAsync(probe.Addresses.Grpc!);
        Assert.Equal(SslApplicationProtocol.Http2, protocol);
        Assert.True(tls is SslProtocols.Tls12 or SslProtocols.Tls13);
    }

    [Fact]
    public async Task Call_ServerOfAnotherAuthority_IsRefused()
    {
        using var other = new TestAuthority();
        await using ProbeApp server = await ProbeApp.StartAsync(null, _folder.Server());
        await using ProbeApp caller = await ProbeApp.StartAsync(null, _folder.Caller(null, other));

        await AssertUntrustedAsync(caller, server.Addresses.Grpc!);
    }

    [Fact]
    public async Task Call_NoAuthoritiesGiven_TrustsTheSystemsAlone()
    {
        await using ProbeApp server = await ProbeApp.StartAsync(null, _folder.Server());
        await using ProbeApp caller = await ProbeApp.StartAsync();

        await AssertUntrustedAsync(caller, server.Addresses.Grpc!);
    }

    [Theory]
    [InlineData("other.host", 10)]
    [InlineData("127.0.0.1", -1)]
    public async Task Call_WrongNameOrExpired_IsRefused(string name, double daysLeft)
    {
        await using ProbeApp server = await ProbeApp.StartAsync(null, _folder.Server(_folder.Authority.Issue([name], daysLeft)));
        await using ProbeApp caller = await ProbeApp.StartAsync(null, _folder.Caller(null));

        await AssertUntrustedAsync(caller, server.Addresses.Grpc!);
    }

    [Fact]
    public async Task Call_DnsAddressOverTls_ChecksTheName()
    {
        await using ProbeApp server = await ProbeApp.StartAsync(null, _folder.Server(_folder.Authority.Issue(["localhost"])));
        await using ProbeApp caller = await ProbeApp.StartAsync(null, [.. _folder.Caller(null), ("Channels:Tls", "true")]);
        int port = new Uri(server.Addresses.Grpc!).Port;
        await ClientOf(caller, $"dns:///localhost:{port}").GetEncoderStatusAsync(new GetEncoderStatusRequest(), ProbeApp.Options());

        await using ProbeApp other = await ProbeApp.StartAsync(null, _folder.Server(_folder.Authority.Issue(["other.host"])));

        await AssertUntrustedAsync(caller, $"dns:///localhost:{new Uri(other.Addresses.Grpc!).Port}");
    }

    [Fact]
    public async Task Connect_CertificateReplaced_NewConnectionsSeeIt()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync(null, _folder.Server());
        Assert.Equal(_folder.LastServer!.Thumbprint, (await ConnectAsync(probe.Addresses.Grpc!)).Thumbprint);
        using AsyncServerStreamingCall<EncodeResponse> running = await StartLongCallAsync(probe);

        TestCertificate next = _folder.ServerCertificate();
        _folder.File("server.crt", next.Pem);
        _folder.File("server.key", next.KeyPem);

        await InTime.Until(async () => (await ConnectAsync(probe.Addresses.Grpc!)).Thumbprint == next.Thumbprint);
        await probe.StatusAsync();
        Assert.False(running.ResponseHeadersAsync.IsCompleted);
    }

    [Theory]
    [InlineData("not a certificate", null)]
    [InlineData(null, "not a key")]
    [InlineData("", "")]
    public async Task Connect_ReplacedByNonsense_KeepsTheOldOneAndSaysSo(string? certificate, string? key)
    {
        await using ProbeApp probe = await ProbeApp.StartAsync(null, _folder.Server());
        string before = _folder.LastServer!.Thumbprint;

        TestCertificate next = _folder.ServerCertificate();
        _folder.File("server.crt", certificate ?? next.Pem);
        _folder.File("server.key", key ?? next.KeyPem);

        await InTime.Until(() => probe.Logs.Lines.Any(line => line.Event == 131));
        Assert.Equal(before, (await ConnectAsync(probe.Addresses.Grpc!)).Thumbprint);
        await probe.StatusAsync();
        Assert.DoesNotContain(probe.Logs.Lines, line => line.Text.Contains("PRIVATE KEY", StringComparison.Ordinal));

        _folder.File("server.crt", next.Pem);
        _folder.File("server.key", next.KeyPem);
        await InTime.Until(async () => (await ConnectAsync(probe.Addresses.Grpc!)).Thumbprint == next.Thumbprint);
    }

    [Fact]
    public async Task Get_Http1OverTls_AnswersWithoutACertificateOfTheCaller()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync(null, [.. _folder.MutualServer(), ("Listen:Http1", "https://127.0.0.1:0")]);
        using var handler = new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null } };
        using var client = new HttpClient(handler);

        string live = await client.GetStringAsync(new Uri($"{probe.Addresses.Http1}/healthz/live"), TestContext.Current.CancellationToken).WithinLimit();

        Assert.Equal("Healthy", live);
        Assert.StartsWith("https://", probe.Addresses.Http1, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_OldTls_IsRefused()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync(null, _folder.Server());

#pragma warning disable SYSLIB0039, CA5397 // What is refused.
        await Assert.ThrowsAnyAsync<Exception>(() => ConnectAsync(probe.Addresses.Grpc!, SslProtocols.Tls11)).WithinLimit();
#pragma warning restore SYSLIB0039, CA5397
    }

    [Theory]
    [InlineData("Tls:KeyPath", "", "Tls:CertificatePath and Tls:KeyPath: one is set without the other")]
    [InlineData("Tls:AllowedClientNames:0", "gateway", "Tls:AllowedClientNames: names mean nothing without")]
    [InlineData("Tls:ClientCertificatePath", "client.crt", "Tls:ClientCertificatePath and Tls:ClientKeyPath: one is set")]
    [InlineData("Tls:ReloadInterval", "00:00:00", "Tls:ReloadInterval: 00:00:00 is not from")]
    [InlineData("Listen:Health", "https://127.0.0.1:0", "Listen:Health: 'https://127.0.0.1:0' is not empty")]
    public async Task Start_OptionThatCannotBeUsed_FailsNamingIt(string key, string value, string message)
    {
        OptionsValidationException error = await Assert.ThrowsAsync<OptionsValidationException>(() => ProbeApp.StartAsync(null, [.. _folder.Server(), (key, value)]).WithinLimit());

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Listen:Grpc", "https://127.0.0.1:0", "Tls:CertificatePath: an https:// endpoint needs it")]
    [InlineData("Tls:ClientCaPath", "clients.crt", "Tls:ClientCaPath: callers can't be asked for a certificate while Listen:Grpc is 'http://127.0.0.1:0'")]
    public async Task Start_EndpointAndCertificatesDoNotGoTogether_FailsNamingIt(string key, string value, string message)
    {
        OptionsValidationException error = await Assert.ThrowsAsync<OptionsValidationException>(() => ProbeApp.StartAsync(null, (key, value)).WithinLimit());

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Tls:ServerCaPath", "http://decoder:5200", false, false)]
    [InlineData("Tls:ServerCaPath", "dns:///decoder:5200", false, false)]
    [InlineData("Tls:ServerCaPath", "dns:///decoder:5200", true, true)]
    [InlineData("Tls:ServerCaPath", "https://decoder:5200", false, true)]
    [InlineData("Tls:ClientCertificatePath", "unix:/run/decoder.sock", true, false)]
    [InlineData("Tls:ClientCertificatePath", "https://decoder:5200", false, true)]
    public async Task Start_CertificatesForCallsWithoutTls_FailsNamingTheOption(string option, string address, bool tls, bool starts)
    {
        (string, string)[] settings =
        [
            .. option == "Tls:ServerCaPath" ? _folder.Caller(null) : [(option, _folder.File("own.crt", _folder.ServerCertificate().Pem)), ("Tls:ClientKeyPath", _folder.File("own.key", _folder.LastServer!.KeyPem))],
            ("Channels:Tls", tls.ToString()),
        ];
        Func<Task<ProbeApp>> start = () => ProbeApp.StartAsync(builder => builder.Services.AddSingleton(new CalledAddresses([address])), settings).WithinLimit();
        if (starts)
        {
            await using ProbeApp probe = await start();
            return;
        }

        OptionsValidationException error = await Assert.ThrowsAsync<OptionsValidationException>(start);

        Assert.Contains($"{option}: no service is called over TLS ({address})", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_FileMissing_FailsNamingTheOption()
    {
        (string, string)[] settings = [.. _folder.Server(), ("Tls:ServerCaPath", "/nowhere/at/all.crt")];

        InvalidDataException error = await Assert.ThrowsAsync<InvalidDataException>(() => ProbeApp.StartAsync(null, settings).WithinLimit());

        Assert.StartsWith("Tls:ServerCaPath: ", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static EncoderService.EncoderServiceClient ClientOf(ProbeApp caller, string address) =>
        new(caller.App.Services.GetRequiredService<ServiceChannels>().For(address));

    private static async Task AssertUntrustedAsync(ProbeApp caller, string address)
    {
        RpcException error = await Assert.ThrowsAsync<RpcException>(
            async () => await ClientOf(caller, address).GetEncoderStatusAsync(new GetEncoderStatusRequest(), ProbeApp.Options())).WithinLimit();

        Assert.True(error.StatusCode is StatusCode.Unavailable or StatusCode.Internal, error.ToString());
        Assert.Contains(nameof(AuthenticationException), $"{error.Status.DebugException} {error}", StringComparison.Ordinal);
    }

    private static async Task<AsyncServerStreamingCall<EncodeResponse>> StartLongCallAsync(ProbeApp probe)
    {
        var entered = new TaskCompletionSource();
        probe.Probe.OnEncode = async (_, _, context) =>
        {
            entered.SetResult();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        AsyncServerStreamingCall<EncodeResponse> call = probe.Client.Encode(new EncodeRequest(), ProbeApp.Options());
        await entered.Task.WithinLimit();
        return call;
    }

    private static async Task<(string Thumbprint, SslApplicationProtocol Protocol, SslProtocols Tls)> ConnectAsync(string address, SslProtocols protocols = SslProtocols.None)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, new Uri(address).Port, TestContext.Current.CancellationToken).AsTask().WithinLimit();
        await using var stream = new SslStream(client.GetStream());
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = protocols,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
        };
        await stream.AuthenticateAsClientAsync(options, TestContext.Current.CancellationToken).WithinLimit();
        return (((X509Certificate2)stream.RemoteCertificate!).Thumbprint, stream.NegotiatedApplicationProtocol, stream.SslProtocol);
    }
}
