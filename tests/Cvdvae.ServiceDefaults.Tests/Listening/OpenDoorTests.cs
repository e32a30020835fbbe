using Cvdvae.ServiceDefaults.Listening;
using Cvdvae.ServiceDefaults.Tls;
using Cvdvae.TestUtils;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Xunit;

namespace Cvdvae.ServiceDefaults.Tests.Listening;

public sealed class OpenDoorTests
{
    [Theory]
    [InlineData(ServiceRoles.Decoder, "http://*:5200", "", true)]
    [InlineData(ServiceRoles.Encoder, "http://10.1.2.3:5100", "", true)]
    [InlineData(ServiceRoles.Decoder, "https://0.0.0.0:5200", "", true)]
    [InlineData(ServiceRoles.Decoder, "https://*:5200", "ca.crt", false)]
    [InlineData(ServiceRoles.Decoder, "http://127.0.0.1:5200", "", false)]
    [InlineData(ServiceRoles.Encoder, "http://[::1]:5100", "", false)]
    [InlineData(ServiceRoles.Encoder, "unix:/run/encoder.sock", "", false)]
    [InlineData(ServiceRoles.Gateway, "http://*:5000", "", false)]
    public async Task Start_WarnsWhereStrangersReachAServiceThatTrustsItsCallers(string role, string address, string authorities, bool warns)
    {
        var logs = new LogCollector();
        var door = new OpenDoor(
            role,
            Options.Create(new ListeningOptions { Grpc = address }),
            Options.Create(new TlsOptions { ClientCaPath = authorities }),
            logs.For<OpenDoor>());

        await door.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(warns ? [(LogLevel.Warning, 102)] : [], logs.Lines.Select(line => (line.Level, line.Event)));
    }
}
