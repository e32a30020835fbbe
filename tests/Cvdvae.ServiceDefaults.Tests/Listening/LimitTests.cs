using System.Net;
using System.Net.Sockets;
using Cvdvae.TestUtils;
using Xunit;

namespace Cvdvae.ServiceDefaults.Tests.Listening;

public sealed class LimitTests
{
    [Fact]
    public async Task Connect_MoreThanAllowed_IsClosedAtOnceAndTheOthersGoOn()
    {
        await using ProbeApp probe = await ProbeApp.StartAsync(null, ("Listen:MaxConnections", "1"));
        await probe.StatusAsync();

        using var second = new TcpClient();
        await second.ConnectAsync(IPAddress.Loopback, new Uri(probe.Addresses.Grpc!).Port, TestContext.Current.CancellationToken).AsTask().WithinLimit();
        int read = await ReadAsync(second);

        Assert.Equal(0, read);
        await probe.StatusAsync();
    }

    // What the server does first is to close the connection, with or without a reset; one that it accepts gets its settings.
    private static async Task<int> ReadAsync(TcpClient client)
    {
        try
        {
            return await client.GetStream().ReadAsync(new byte[1], TestContext.Current.CancellationToken).AsTask().WithinLimit();
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
