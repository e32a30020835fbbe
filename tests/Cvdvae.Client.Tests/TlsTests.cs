using System.Security.Cryptography.X509Certificates;
using Cvdvae.FakeService;
using Cvdvae.TestUtils;
using Cvdvae.TestUtils.Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;
using Xunit;

namespace Cvdvae.Client.Tests;

public sealed class TlsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new();

    [Theory]
    [InlineData("https://127.0.0.1")]
    [InlineData("dns:///localhost")]
    public async Task Upscale_ServerOfTheAuthority_IsAnswered(string host)
    {
        await using FakeServer server = await StartAsync();

        Assert.IsType<CompletedEvent>((await CollectAsync(server, host, _authority))[^1]);
    }

    [Fact]
    public async Task Upscale_ServerOfAnotherAuthority_IsNotReached()
    {
        using var other = new TestAuthority("other");
        await using FakeServer server = await StartAsync();

        await Assert.ThrowsAsync<SuperResolutionException>(() => CollectAsync(server, "https://127.0.0.1", other));

        Assert.Equal(0, server.Upscaler.Calls);
    }

    [Fact]
    public async Task Upscale_ServerOfAnotherName_IsNotReached()
    {
        await using FakeServer server = await StartAsync(names: ["other.host"]);

        await Assert.ThrowsAsync<SuperResolutionException>(() => CollectAsync(server, "https://127.0.0.1", _authority));

        Assert.Equal(0, server.Upscaler.Calls);
    }

    [Fact]
    public async Task Upscale_NoAuthorityGiven_TrustsTheSystemsAlone()
    {
        await using FakeServer server = await StartAsync();

        await Assert.ThrowsAsync<SuperResolutionException>(() => CollectAsync(server, "https://127.0.0.1", null));
    }

    [Fact]
    public async Task Upscale_CertificateGiven_IsPresentedWithItsIntermediateOne()
    {
        using var intermediate = new TestAuthority("intermediate", _authority);
        TestCertificate certificate = intermediate.Issue(["client"]);
        (string? thumbprint, int sent) = (null, 0);
        await using FakeServer server = await StartAsync((shown, chain) => (thumbprint, sent) = (shown.Thumbprint, chain?.ChainPolicy.ExtraStore.Count ?? 0));

        await CollectAsync(server, "https://127.0.0.1", _authority, options =>
            (options.CertificatePath, options.KeyPath) = (Write("client.crt", certificate.Pem + "\n" + intermediate.Pem), Write("client.key", certificate.KeyPem)));

        Assert.Equal(certificate.Thumbprint, thumbprint);
        Assert.Equal(1, sent);
    }

    [Fact]
    public async Task Upscale_CertificateWantedAndNoneGiven_IsNotReachedAndSaysSoInOneLine()
    {
        await using FakeServer server = await StartAsync((_, _) => { });

        SuperResolutionException error = await Assert.ThrowsAsync<SuperResolutionException>(() => CollectAsync(server, "https://127.0.0.1", _authority));

        Assert.StartsWith("can't reach https://127.0.0.1:", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("disposed", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Upscaler.Calls);
    }

    [Theory]
    [InlineData("CaPath", "nothing")]
    [InlineData("CertificatePath", "nothing")]
    public void Client_FileWithoutACertificate_IsRefusedByName(string option, string content)
    {
        var options = new SuperResolutionClientOptions { Address = "https://127.0.0.1:5000" };
        string file = Write("file.crt", content);
        if (option == "CaPath")
        {
            options.CaPath = file;
        }
        else
        {
            (options.CertificatePath, options.KeyPath) = (file, file);
        }

        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() => new SuperResolutionClient(options));

        Assert.StartsWith($"{option}: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upscale_TokenGiven_IsSent()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        using var client = new SuperResolutionClient(new SuperResolutionClientOptions { Address = server.Address, Token = "of-the-client" });

        await client.CollectAsync(Inputs.Request());
        Assert.Equal("Bearer of-the-client", server.Upscaler.Headers!.GetValue("authorization"));
        await client.CollectAsync(Inputs.Request(), new CallSettings { Token = "of-the-call" });
        Assert.Equal("Bearer of-the-call", server.Upscaler.Headers!.GetValue("authorization"));
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    private async Task<List<UpscaleEvent>> CollectAsync(FakeServer server, string host, TestAuthority? trusted, Action<SuperResolutionClientOptions>? configure = null)
    {
        var options = new SuperResolutionClientOptions
        {
            Address = $"{host}:{new Uri(server.Address).Port}",
            Tls = true,
            MaxAttempts = 1,
            CaPath = trusted is null ? null : Write("ca.crt", trusted.Pem),
        };
        configure?.Invoke(options);
        using var client = new SuperResolutionClient(options);
        return await client.CollectAsync(Inputs.Request());
    }

    private Task<FakeServer> StartAsync(Action<X509Certificate2, X509Chain?>? onCaller = null, string[]? names = null)
    {
        TestCertificate certificate = _authority.Issue(names ?? ["localhost", "127.0.0.1"]);
        return FakeServer.StartAsync(tls: new HttpsConnectionAdapterOptions
        {
            ServerCertificate = X509Certificate2.CreateFromPem(certificate.Pem, certificate.KeyPem),
            ClientCertificateMode = onCaller is null ? ClientCertificateMode.NoCertificate : ClientCertificateMode.RequireCertificate,
            ClientCertificateValidation = (shown, chain, _) =>
            {
                onCaller?.Invoke(shown, chain);
                return onCaller is not null;
            },
        });
    }

    private string Write(string name, string text)
    {
        File.WriteAllText(_folder.File(name), text);
        return _folder.File(name);
    }
}
