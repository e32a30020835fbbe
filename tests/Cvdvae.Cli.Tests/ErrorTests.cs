using Cvdvae.FakeService;
using Cvdvae.TestUtils;
using Grpc.Core;
using Xunit;

namespace Cvdvae.Cli.Tests;

public sealed class ErrorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("frobnicate", "frobnicate")]
    [InlineData("upscale --output x", "IMAGE")]
    [InlineData("upscale x.png", "--output")]
    [InlineData("upscale x.png --output y --samples 0", "--samples: 0 is not from 1")]
    [InlineData("upscale x.png --output y --samples few", "few")]
    [InlineData("upscale x.png --output y --temperature NaN", "--temperature: NaN is not from 0 to 10")]
    [InlineData("upscale x.png --output y --prior-temperature -1", "--prior-temperature: -1 is not from 0 to 10")]
    [InlineData("upscale x.png --output y --seed -1", "-1")]
    [InlineData("upscale x.png --output y --format gif", "--format: 'gif' is not png, jpeg or webp")]
    [InlineData("upscale x.png --output y --format raw", "--format: 'raw' is not png, jpeg or webp")]
    [InlineData("upscale x.png --output y --result-format gif", "--result-format: 'gif' is not png, jpeg or webp")]
    [InlineData("upscale x.png --output y --format png --result-format jpeg", "give one of --result-format and --format")]
    [InlineData("bench x.png --result-format raw --format raw", "give one of --result-format and --format")]
    [InlineData("upscale x.png --output y --sampels 2", "Did you mean one of the following?\n--samples")]
    [InlineData("models --deadline 0", "--deadline: 0 is not from 0.001")]
    [InlineData("upscale x.png --output y --fit stretch", "--fit: 'stretch' is not exact or crop")]
    [InlineData("upscale x.png --output y --pixel-sampling best", "--pixel-sampling: 'best' is not sample, mode or mean")]
    [InlineData("upscale x.png --output y --preview-resolutions 8,x", "--preview-resolutions: '8,x' is not a list of numbers from 1")]
    [InlineData("upscale x.png --output y --deadline 0", "--deadline: 0 is not from 0.001")]
    [InlineData("upscale x.png --output y --server localhost:5000", "--server: 'localhost:5000' is not http://host:port")]
    [InlineData("models --server unix:relative", "--server: 'unix:relative' has no absolute path")]
    [InlineData("models --ca ca.crt", "--ca, --cert and --key are for TLS, which 'http://127.0.0.1:5000' does not use")]
    [InlineData("models --server dns:///gateway:5000 --ca ca.crt", "which 'dns:///gateway:5000' does not use")]
    [InlineData("models --server https://gateway:5000 --cert client.crt", "--cert and --key: one is given without the other")]
    [InlineData("bench", "IMAGES")]
    [InlineData("bench x.png --concurrency 1,0", "--concurrency: '1,0' is not a list of numbers from 1 to 10000")]
    [InlineData("bench x.png --concurrency 1 --request-rate 2", "give one of --concurrency and --request-rate")]
    [InlineData("bench x.png --duration 1 --count 2", "give one of --duration and --count")]
    [InlineData("bench x.png --distribution uniform", "--distribution: 'uniform' is not constant or poisson")]
    public async Task Run_WrongUsage_SaysWhatIsAcceptedAndExitsWithTwo(string arguments, string expected)
    {
        CliResult result = await Cli.RunAsync(arguments.Split(' '));

        Assert.Equal(2, result.Status);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upscale_NoSuchFile_IsOneLine() =>
        await FailsAsync(["upscale", _folder["none.png"], "--output", _folder["out"]], "none.png");

    [Fact]
    public async Task Upscale_OutputIsAFile_IsOneLine()
    {
        string image = Inputs.Png(_folder);
        await FailsAsync(["upscale", image, "--output", image], "input.png");
    }

    [Fact]
    public async Task Upscale_DeadServer_NamesItsAddress() =>
        await FailsAsync(["upscale", Inputs.Png(_folder), "--output", _folder["out"], "--server", "http://127.0.0.1:1"], "can't reach http://127.0.0.1:1: Connection refused");

    [Fact]
    public async Task Upscale_RefusedImage_IsTheServersOwnLine()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        await FailsAsync(["upscale", Inputs.Png(_folder, 17), "--output", _folder["out"], "--server", server.Address], "image: 17x17 is not an input size");
    }

    [Theory]
    [InlineData("sample_count", "'99' is not accepted; accepted: 1 to 64, or 0 for 1", "error: --samples: '99' is not accepted; accepted: 1 to 64")]
    [InlineData("image", "'20x20 pixels' is not accepted; accepted: any size with input_fit INPUT_FIT_CROP_AND_RESIZE", "error: image: '20x20 pixels' is not accepted; accepted: any size with --fit crop")]
    public async Task Upscale_RefusedRequest_NamesOptionsAsTheyAreTyped(string field, string description, string expected)
    {
        await using FakeServer server = await FakeServer.StartAsync(new FakeUpscaler
        {
            Admission = (_, _) => throw new RpcException(new Status(StatusCode.InvalidArgument, $"{field}: {description}")),
        });

        CliResult result = await Cli.RunAsync(["upscale", Inputs.Png(_folder), "--output", _folder["out"], "--server", server.Address]);

        Assert.Equal((1, $"{expected}\n"), (result.Status, result.Error));
    }

    [Fact]
    public async Task Upscale_PortOfAnHttp1Server_SaysSo()
    {
        await using FakeServer server = await FakeServer.StartAsync(protocols: Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http1);
        await FailsAsync(
            ["upscale", Inputs.Png(_folder), "--output", _folder["out"], "--server", server.Address],
            $"can't reach {server.Address}: the server does not speak HTTP/2 there (by default gRPC has port 5000, the page and gRPC-Web have 5001); where it wants TLS the address begins with https://");
    }

    [Fact]
    public async Task Models_TlsToAServerWithout_SaysSo()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        string address = server.Address.Replace("http:", "https:", StringComparison.Ordinal);
        await FailsAsync(["models", "--server", address], $"can't reach {address}: the server does not answer with TLS; without it the address begins with http://");
    }

    [Fact]
    public async Task Upscale_UnknownModel_IsOneLine()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        await FailsAsync(["upscale", Inputs.Png(_folder), "--output", _folder["out"], "--model", "none", "--server", server.Address], "model: there is no 'none'");
    }

    [Fact]
    public async Task Upscale_InternalError_GivesTheRequestToAskFor()
    {
        var upscaler = new FakeUpscaler();
        upscaler.Script = async (_, events, _) =>
        {
            await events.WriteAsync(new() { Started = new() { RequestId = "r-1", OutputSize = 64 } });
            throw new RpcException(new Status(StatusCode.Internal, "the server failed"), new Metadata { { "x-request-id", "r-1" } });
        };
        await using FakeServer server = await FakeServer.StartAsync(upscaler);
        await FailsAsync(["upscale", Inputs.Png(_folder), "--output", _folder["out"], "--server", server.Address], "the server failed (request r-1)");
    }

    [Fact]
    public async Task Bench_DeadServer_IsOneLine() =>
        await FailsAsync(["bench", Inputs.Png(_folder), "--server", "http://127.0.0.1:1"], "can't reach http://127.0.0.1:1");

    private static async Task FailsAsync(string[] arguments, string expected)
    {
        CliResult result = await Cli.RunAsync(arguments);

        Assert.Equal(1, result.Status);
        Assert.StartsWith("error: ", result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }
}
