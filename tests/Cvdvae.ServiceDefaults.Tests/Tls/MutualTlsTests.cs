using Cvdvae.ServiceDefaults.Channels;
using Cvdvae.ServiceDefaults.Errors;
using Cvdvae.TestUtils;
using Cvdvae.TestUtils.Certificates;
using Cvdvae.V1;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cvdvae.ServiceDefaults.Tests.Tls;

public sealed class MutualTlsTests : IDisposable
{
    private const string ForServers = "1.3.6.1.5.5.7.3.1";
    private readonly TlsFolder _folder = new();

    [Fact]
    public async Task Call_GoodCertificates_IsAnswered()
    {
        await using ProbeApp server = await ProbeApp.StartAsync(null, _folder.MutualServer());
        await using ProbeApp caller = await ProbeApp.StartAsync(null, _folder.Caller(_folder.Authority.Issue(["gateway"])));

        await CallAsync(caller, server);

        Assert.StartsWith("https://127.0.0.1:", server.Addresses.Grpc, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_NoCertificate_IsRefused()
    {
        await using ProbeApp server = await ProbeApp.StartAsync(null, _folder.MutualServer());
        await using ProbeApp caller = await ProbeApp.StartAsync(null, _folder.Caller(null));

        await AssertRefusedAsync(caller, server, "it has presented no certificate");
    }

    [Fact]
    public async Task Call_RefusedAgainAndAgain_HasOneLineAndTheCallerKnowsWhatToLookFor()
    {
        await using ProbeApp server = await ProbeApp.StartAsync(null, _folder.MutualServer());
        await using ProbeApp caller = await ProbeApp.StartAsync(null, _folder.Caller(null));

        for (int i = 0; i < 5; i++)
        {
            RpcException error = await Assert.ThrowsAsync<RpcException>(() => CallAsync(caller, server)).WithinLimit();
            Assert.Contains("it may want a certificate", RpcErrors.Reason(error), StringComparison.Ordinal);
        }

        await InTime.Until(() => server.Logs.Lines.Any(line => line.Event == 132));
        var line = Assert.Single(server.Logs.Lines, line => line.Event is 132 or 133);
        Assert.Equal(LogLevel.Warning, line.Level);
        Assert.Contains("refused the connection of 127.0.0.1 to 127.0.0.1:", line.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("another authority")]
    [InlineData("test authority")]
    public async Task Call_CertificateOfAnotherAuthority_IsRefused(string name)
    {
        using var other = new TestAuthority(name);
        await using ProbeApp server = await ProbeApp.StartAsync(null, _folder.MutualServer());
        await using ProbeApp caller = await ProbeApp.StartAsync(null, _folder.Caller(other.Issue(["gateway"])));

        await AssertRefusedAsync(caller, server, "PartialChain|UntrustedRoot|NotSignatureValid");
    }

    [Fact]
    public async Task Call_ExpiredCertificate_IsRefused()
    {
        await using ProbeApp server = await ProbeApp.StartAsync(null, _folder.MutualServer());
        await using ProbeApp caller = await ProbeApp.StartAsync(null, _folder.Caller(_folder.Authority.Issue(["gateway"], daysLeft: -1)));

        await AssertRefusedAsync(caller, server, "NotTimeValid");
    }

    [Fact]
    public async Task Call_CertificateForServers_IsRefused()
    {
        await using ProbeApp server = await ProbeApp.StartAsync(null, _folder.MutualServer());
        await using ProbeApp caller = await ProbeApp.StartAsync(null, _folder.Caller(_folder.Authority.Issue(["gateway"], purposes: [ForServers])));

        await AssertRefusedAsync(caller, server, "NotValidForUsage");
    }

    [Theory]
    [InlineData("gateway")]
    [InlineData("GATEWAY.cvdvae.svc")]
    public async Task Call_AllowedName_IsAnswered(string name)
    {
        await using ProbeApp server = await ProbeApp.StartAsync(
            null, [.. _folder.MutualServer(), ("Tls:AllowedClientNames:0", "gateway"), ("Tls:AllowedClientNames:1", "gateway.cvdvae.svc")]);
        await using ProbeApp caller = await ProbeApp.StartAsync(null, _folder.Caller(_folder.Authority.Issue(["someone", name])));

        await CallAsync(caller, server);
    }

    [Theory]
    [InlineData("encoder")]
    [InlineData("gateway.evil")]
    public async Task Call_NameThatIsNotAllowed_IsRefused(string name)
    {
        await using ProbeApp server = await ProbeApp.StartAsync(null, [.. _folder.MutualServer(), ("Tls:AllowedClientNames:0", "gateway")]);
        await using ProbeApp caller = await ProbeApp.StartAsync(null, _folder.Caller(_folder.Authority.Issue([name])));

        await AssertRefusedAsync(caller, server, "none of its names is allowed");
    }

    [Fact]
    public async Task Call_IntermediateAuthorityInTheBundle_IsAnswered()
    {
        using var intermediate = new TestAuthority("intermediate", _folder.Authority);
        await using ProbeApp server = await ProbeApp.StartAsync(
            null, [.. _folder.Server(), ("Tls:ClientCaPath", _folder.File("clients.crt", _folder.Authority.Pem + "\n" + intermediate.Pem))]);
        await using ProbeApp caller = await ProbeApp.StartAsync(null, _folder.Caller(intermediate.Issue(["gateway"])));

        await CallAsync(caller, server);
    }

    [Fact]
    public async Task Call_AuthorityReplaced_NewCallersAreLetInAndOldOnesNot()
    {
        using var next = new TestAuthority("next");
        await using ProbeApp server = await ProbeApp.StartAsync(null, _folder.MutualServer());
        TestCertificate certificate = next.Issue(["gateway"]);

        _folder.File("clients.crt", next.Pem);
        await InTime.Until(() => server.Logs.Lines.Any(line => line.Event == 130));

        await using ProbeApp newCaller = await ProbeApp.StartAsync(null, _folder.Caller(certificate));
        await CallAsync(newCaller, server);
        await using ProbeApp oldCaller = await ProbeApp.StartAsync(null, _folder.Caller(_folder.Authority.Issue(["gateway"])));
        await AssertRefusedAsync(oldCaller, server, "PartialChain|UntrustedRoot");
    }

    public void Dispose() => _folder.Dispose();

    private static async Task CallAsync(ProbeApp caller, ProbeApp server) =>
        await new EncoderService.EncoderServiceClient(caller.App.Services.GetRequiredService<ServiceChannels>().For(server.Addresses.Grpc!))
            .GetEncoderStatusAsync(new GetEncoderStatusRequest(), ProbeApp.Options());

    private static async Task AssertRefusedAsync(ProbeApp caller, ProbeApp server, string reason)
    {
        bool reached = false;
        server.Probe.OnStatus = _ =>
        {
            reached = true;
            return Task.FromResult(new GetEncoderStatusResponse());
        };

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => CallAsync(caller, server)).WithinLimit();

        Assert.True(error.StatusCode is StatusCode.Unavailable or StatusCode.Internal, error.ToString());
        await InTime.Until(() => server.Logs.Lines.Any(line => line.Event == 132 && reason.Split('|').Any(part => line.Text.Contains(part, StringComparison.Ordinal))));
        Assert.False(reached);
    }
}
