using System.Text.Json;
using Cvdvae.FakeService;
using Xunit;

namespace Cvdvae.Cli.Tests;

public sealed class ModelsCommandTests
{
    [Fact]
    public async Task Models_SilentServer_GivesUpAtTheDeadline()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();

        CliResult result = await Cli.RunAsync(["models", "--deadline", "0.5", "--server", $"http://{listener.LocalEndpoint}"]);

        Assert.Equal((1, "error: the deadline of 0.5 s passed before the call ended\n"), (result.Status, result.Error));
    }

    [Fact]
    public async Task Models_Table_ShowsWhatAUserNeeds()
    {
        await using FakeServer server = await FakeServer.StartAsync();

        string output = await Cli.SucceedAsync("models", "--server", server.Address);

        Assert.Contains("fake-64@1.2 (default)", output, StringComparison.Ordinal);
        Assert.Contains("x4 (16 to 64 pixels, 7 groups conditioned), x8 (8 to 64 pixels, 5 groups conditioned)", output, StringComparison.Ordinal);
        Assert.Matches("""\| draws +\| Colours that tell samples apart\. +\|""", output);
        Assert.Contains("encoder 0.8, prior 0.7", output, StringComparison.Ordinal);
        Assert.Contains("|         32 |      2 |              52.0 |", output, StringComparison.Ordinal);
        Assert.Contains("|         64 |      1 |                   |", output, StringComparison.Ordinal);
        Assert.Matches("""\| samples in a request +\| +64 \|""", output);
    }

    [Fact]
    public async Task Models_Json_HasTheProtocolsFields()
    {
        await using FakeServer server = await FakeServer.StartAsync();

        using JsonDocument json = JsonDocument.Parse(await Cli.SucceedAsync("models", "--json", "--server", server.Address));

        Assert.Equal("fake-64", json.RootElement.GetProperty("default_model").GetString());
        JsonElement model = json.RootElement.GetProperty("models")[0];
        Assert.Equal(16, model.GetProperty("scales")[0].GetProperty("input_size").GetInt32());
        Assert.Equal(64, json.RootElement.GetProperty("limits").GetProperty("max_samples").GetInt32());
    }

    [Fact]
    public async Task Models_NoneReady_SaysSo()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        server.Upscaler.Models.Models.Clear();

        Assert.StartsWith("no model is ready\n", await Cli.SucceedAsync("models", "--server", server.Address), StringComparison.Ordinal);
    }
}
