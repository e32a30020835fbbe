using System.Net;
using System.Net.Sockets;
using Cvdvae.Gateway.Tests.Fakes;
using Cvdvae.TestUtils;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Cvdvae.Gateway.Tests.Routing;

/// <summary>What the log says of decoders: changes, in words that can be acted upon.</summary>
public sealed class DecoderLogTests
{
    [Fact]
    public async Task Poll_DeadDecoder_IsToldOnceWithoutAStackTrace()
    {
        await using TestGateway gateway = await TestGateway.StartWithAsync(
            new() { ["Decoders:0"] = $"http://127.0.0.1:{FreePort()}", ["StatusInterval"] = "00:00:00.010" });
        await Waiting.Until(() => gateway.Logs.Lines.Any(line => line.Event == 301));

        // Some dozens of attempts.
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);

        LogLine[] lines = [.. gateway.Logs.Lines];
        Assert.DoesNotContain(lines, line => line.Error is not null);
        LogLine told = Assert.Single(lines, line => line.Level >= LogLevel.Warning);
        Assert.Equal(301, told.Event);
        Assert.EndsWith("can't be reached: Connection refused", told.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Poll_DecoderWithoutAModel_SaysThatThereIsNone()
    {
        await using FakeDecoder decoder = await FakeDecoder.StartAsync(fake => fake.Status.Models.Clear());
        await using TestGateway gateway = await TestGateway.StartAsync(decoder);

        LogLine line = Assert.Single(gateway.Logs.Lines, line => line.Event is 300 or 307);

        Assert.StartsWith($"decoder {decoder.Address} answers and serves no model yet", line.Text, StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
