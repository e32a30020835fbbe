using Cvdvae.FakeService;
using Cvdvae.Imaging;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Xunit;

namespace Cvdvae.Cli.Tests.Upscaling;

public sealed class UpscaleCommandTests : IDisposable
{
    private static readonly int[] PreviewResolutions = [1, 4, 8, 16, 32];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Upscale_TwoSamples_WritesTheFilesOfTheContract()
    {
        await using FakeServer server = await FakeServer.StartAsync();

        string output = await Cli.SucceedAsync("upscale", Inputs.Png(_folder), "--output", _folder["new", "out"], "--samples", "2", "--seed", "77", "--server", server.Address);

        string[] previews = [.. new[] { 1, 2 }.SelectMany(sample => PreviewResolutions.Select(resolution => $"preview-{sample}-{resolution:D3}.png"))];
        Assert.Equal([.. previews, "sample-1.png", "sample-2.png", "sheet.png"], _folder.Files(Path.Combine("new", "out")));
        Assert.Equal((32, 32), Size("new", "out", "preview-2-032.png"));
        Assert.Equal((64, 64), Size("new", "out", "sample-1.png"));
        Assert.NotEqual(Inputs.Read(_folder["new", "out", "sample-1.png"]).Pixels, Inputs.Read(_folder["new", "out", "sample-2.png"]).Pixels);
        Assert.Contains("fake-64@1.2, x4: 16x16 to 64x64, seed 77", output, StringComparison.Ordinal);
        Assert.Matches("""(?m)^1x1 after \d+\.\d{3} s$""", output);
        Assert.Matches("""(?m)^64x64 after \d+\.\d{3} s$""", output);
        Assert.Contains($"{_folder["new", "out", "sample-2.png"]}  low-res PSNR 41.5 dB", output, StringComparison.Ordinal);
        Assert.Matches("""(?m)^first preview after \d+\.\d{3} s, all results after \d+\.\d{3} s$""", output);
        Assert.Contains("--seed 77 gives these images again", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upscale_Sheet_HasARowForEachSample()
    {
        await using FakeServer server = await FakeServer.StartAsync();

        await Cli.SucceedAsync("upscale", Inputs.Png(_folder), "--output", _folder["out"], "--samples", "3", "--server", server.Address);

        // Input, bicubic, five previews, result: 8 cells of 128 with gaps of 8; a label of 14 pixels below each.
        RgbImage sheet = Inputs.Read(_folder["out", "sheet.png"]);
        Assert.Equal(8 + (8 * (128 + 8)), sheet.Width);
        Assert.Equal(8 + (3 * (128 + 14 + 8)), sheet.Height);
        RgbImage result = Inputs.Read(_folder["out", "sample-3.png"]);
        int left = 8 + (7 * (128 + 8));
        int top = 8 + (2 * (128 + 14 + 8));
        Assert.Equal(result[10, 20], sheet[left + 20, top + 40]);
        Assert.Equal(Inputs.Gradient(16, 16)[3, 5], sheet[8 + (3 * 8) + 1, top + (5 * 8) + 1]);
    }

    [Fact]
    public async Task Upscale_AllOptions_GoIntoTheRequest()
    {
        await using FakeServer server = await FakeServer.StartAsync();

        await Cli.SucceedAsync(
            "upscale", Inputs.Png(_folder, 40, 30), "--output", _folder["out"], "--samples", "2", "--scale", "8", "--temperature", "0.5", "--prior-temperature", "0.25",
            "--pixel-sampling", "mean", "--consistency", "--fit", "crop", "--format", "webp", "--preview-format", "jpeg", "--quality", "70", "--stop-at", "32",
            "--preview-resolutions", "4,16", "--deadline", "20", "--model", "fake-64@1.2", "--server", server.Address, "--api-key", "secret", "--token", "a.b.c");

        UpscaleRequest request = Assert.Single(server.Upscaler.Requests);
        Assert.Equal((2u, 8u, 0.5f, 0.25f), (request.SampleCount, request.Scale, request.EncoderTemperature, request.PriorTemperature));
        Assert.Equal((PixelSampling.Mean, true, InputFit.CropAndResize), (request.PixelSampling, request.EnforceConsistency, request.InputFit));
        Assert.Equal((ImageFormat.Webp, ImageFormat.Jpeg, 70u, 32u), (request.ResultFormat, request.PreviewFormat, request.Quality, request.StopAtResolution));
        Assert.Equal([4u, 16u], request.PreviewResolutions);
        Assert.Equal("fake-64@1.2", request.Model);
        Assert.False(request.HasSeed);
        Assert.Equal("secret", server.Upscaler.Headers!.GetValue("x-api-key"));
        Assert.Equal("Bearer a.b.c", server.Upscaler.Headers!.GetValue("authorization"));
        Assert.InRange(server.Upscaler.Deadline, DateTime.UtcNow, DateTime.UtcNow + TimeSpan.FromSeconds(20));
        Assert.Equal(
            ["preview-1-004.jpg", "preview-1-016.jpg", "preview-2-004.jpg", "preview-2-016.jpg", "sample-1.webp", "sample-2.webp", "sheet.png"], _folder.Files("out"));
        Assert.Equal((32, 32), Size("out", "sample-1.webp"));
    }

    [Fact]
    public async Task Upscale_Defaults_LeaveTheServersOwn()
    {
        await using FakeServer server = await FakeServer.StartAsync();

        await Cli.SucceedAsync("upscale", Inputs.Png(_folder, 8), "--output", _folder["out"], "--server", server.Address);

        UpscaleRequest request = Assert.Single(server.Upscaler.Requests);
        Assert.False(request.HasEncoderTemperature || request.HasPriorTemperature || request.HasSeed);
        Assert.Equal((1u, 0u, PixelSampling.Unspecified, 0u), (request.SampleCount, request.Scale, request.PixelSampling, request.StopAtResolution));
        Assert.Empty(request.PreviewResolutions);
        Assert.Equal(DateTime.MaxValue, server.Upscaler.Deadline);
    }

    [Fact]
    public async Task Upscale_NoPreviews_WritesResultsAndSheetOnly()
    {
        await using FakeServer server = await FakeServer.StartAsync();

        string output = await Cli.SucceedAsync("upscale", Inputs.Png(_folder), "--output", _folder["out"], "--no-previews", "--server", server.Address);

        Assert.Equal(["sample-1.png", "sheet.png"], _folder.Files("out"));
        Assert.Equal([1u], Assert.Single(server.Upscaler.Requests).PreviewResolutions);
        Assert.Contains("first preview after", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upscale_NoPreviewsWithADeadline_AsksForThemAsResults()
    {
        await using FakeServer server = await FakeServer.StartAsync();

        await Cli.SucceedAsync("upscale", Inputs.Png(_folder), "--output", _folder["out"], "--no-previews", "--deadline", "60", "--server", server.Address);

        Assert.Equal(["sample-1.png", "sheet.png"], _folder.Files("out"));
        Assert.Empty(Assert.Single(server.Upscaler.Requests).PreviewResolutions);
    }

    [Fact]
    public async Task Upscale_FilesOfAnEarlierRun_AreReplaced()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        string[] arguments = ["upscale", Inputs.Png(_folder), "--output", _folder["out"], "--server", server.Address];
        await Cli.SucceedAsync([.. arguments, "--seed", "1"]);
        byte[] before = await File.ReadAllBytesAsync(_folder["out", "sample-1.png"], TestContext.Current.CancellationToken);

        await Cli.SucceedAsync([.. arguments, "--seed", "2"]);

        Assert.NotEqual(before, await File.ReadAllBytesAsync(_folder["out", "sample-1.png"], TestContext.Current.CancellationToken));
        Assert.Equal(7, _folder.Files("out").Length);
    }

    [Fact]
    public async Task Upscale_DeadlineCutsShort_SaysHowFarItCame()
    {
        var upscaler = new FakeUpscaler();
        upscaler.Script = async (request, events, _) =>
        {
            Image image = new() { Data = request.Image, Format = ImageFormat.Png, Width = 16, Height = 16 };
            await events.WriteAsync(new() { Started = new() { Model = "fake-64@1.2", InputSize = 16, OutputSize = 64, Resolutions = { 1, 4, 8, 16, 32, 64 } } });
            await events.WriteAsync(new() { Preview = new() { Resolution = 16, Image = image } });
            await events.WriteAsync(new() { Result = new() { Image = image } });
            await events.WriteAsync(new() { Completed = new() { ReachedResolution = 16, Reason = CompletionReason.Deadline } });
        };
        await using FakeServer server = await FakeServer.StartAsync(upscaler);

        string output = await Cli.SucceedAsync("upscale", Inputs.Png(_folder), "--output", _folder["out"], "--deadline", "5", "--server", server.Address);

        Assert.Contains("the deadline was near: every sample reached 16x16", output, StringComparison.Ordinal);
        Assert.Equal(["preview-1-016.png", "sample-1.png", "sheet.png"], _folder.Files("out"));
    }

    [Fact]
    public async Task Upscale_DeadlinePassesWithPreviews_WritesTheFinestAsResults()
    {
        var upscaler = new FakeUpscaler();
        upscaler.Script = async (request, events, _) =>
        {
            await events.WriteAsync(new() { Started = new() { Model = "fake-64@1.2", InputSize = 16, OutputSize = 64, Resolutions = { 1, 4, 8, 16, 32, 64 } } });
            foreach ((uint sample, uint side) in ((uint, uint)[])[(0, 8), (1, 8), (0, 16)])
            {
                byte[] png = ImageCodec.Encode(Inputs.Gradient((int)side, (int)side), ImageEncoding.Png, 90);
                Image image = new() { Data = Google.Protobuf.ByteString.CopyFrom(png), Format = ImageFormat.Png, Width = side, Height = side };
                await events.WriteAsync(new() { Preview = new() { SampleIndex = sample, Resolution = side, Image = image } });
            }

            throw new Grpc.Core.RpcException(new Grpc.Core.Status(Grpc.Core.StatusCode.DeadlineExceeded, ""));
        };
        await using FakeServer server = await FakeServer.StartAsync(upscaler);

        string output = await Cli.SucceedAsync("upscale", Inputs.Png(_folder), "--output", _folder["out"], "--samples", "3", "--deadline", "30", "--server", server.Address);

        Assert.Contains("the deadline was near: 2 of 3 samples reached 8x8, the others nothing", output, StringComparison.Ordinal);
        Assert.Equal(["preview-1-008.png", "preview-1-016.png", "preview-2-008.png", "sample-1.png", "sample-2.png", "sheet.png"], _folder.Files("out"));
        Assert.Equal(((16, 16), (8, 8)), (Size("out", "sample-1.png"), Size("out", "sample-2.png")));
    }

    [Fact]
    public async Task Upscale_DeadlineBeforeEverySampleHasAnImage_SaysHowManyHave()
    {
        var upscaler = new FakeUpscaler();
        upscaler.Script = async (request, events, _) =>
        {
            Image image = new() { Data = request.Image, Format = ImageFormat.Png, Width = 16, Height = 16 };
            await events.WriteAsync(new() { Started = new() { Model = "fake-64@1.2", InputSize = 16, OutputSize = 64, Resolutions = { 1, 4, 8, 16, 32, 64 } } });
            await events.WriteAsync(new() { Result = new() { SampleIndex = 1, Image = image } });
            await events.WriteAsync(new() { Completed = new() { ReachedResolution = 0, Reason = CompletionReason.Deadline } }); // as the gateway says it
        };
        await using FakeServer server = await FakeServer.StartAsync(upscaler);

        string output = await Cli.SucceedAsync("upscale", Inputs.Png(_folder), "--output", _folder["out"], "--samples", "2", "--deadline", "30", "--server", server.Address);

        Assert.Contains("the deadline was near: 1 of 2 samples reached 16x16, the others nothing", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--format")]
    [InlineData("--result-format")]
    public async Task Upscale_FormatByEitherName_IsTheResults(string option)
    {
        await using FakeServer server = await FakeServer.StartAsync();

        await Cli.SucceedAsync("upscale", Inputs.Png(_folder), "--output", _folder["out"], option, "jpeg", "--server", server.Address);

        Assert.Equal(ImageFormat.Jpeg, Assert.Single(server.Upscaler.Requests).ResultFormat);
        Assert.Contains("sample-1.jpg", _folder.Files("out"));
    }

    [Fact]
    public async Task Upscale_ShortDeadline_IsNotSpentOnTheModels()
    {
        await using FakeServer server = await FakeServer.StartAsync();

        CliResult result = await Cli.RunAsync(["upscale", Inputs.Png(_folder), "--output", _folder["out"], "--deadline", "0.001", "--server", server.Address]);

        // A millisecond is too short for a call; but it was made, or tried, after the models were asked for.
        Assert.Contains(result.Status, (int[])[0, 1]);
        Assert.True(result.Status == 0 || result.Error == "error: the deadline of 0.001 s passed before the call ended\n", result.Error);
        Assert.True(server.Upscaler.Listed > 0, "the models were not asked for");
    }

    [Fact]
    public async Task Upscale_Stopped_KeepsWholeFilesAndExitsWithOneHundredAndThirty()
    {
        await using FakeServer server = await FakeServer.StartAsync(new FakeUpscaler { Pace = TimeSpan.FromMilliseconds(300) });
        using var stop = new CancellationTokenSource();
        Task<CliResult> running = Cli.RunUntilAsync(["upscale", Inputs.Png(_folder), "--output", _folder["out"], "--server", server.Address], stop.Token);
        while (!File.Exists(_folder["out", "preview-1-001.png"]))
        {
            Assert.False(running.IsCompleted);
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        await stop.CancelAsync();
        CliResult result = await running;

        Assert.Equal((130, "stopped\n"), (result.Status, result.Error));
        Assert.All(_folder.Files("out"), file => Assert.StartsWith("preview-1-", file, StringComparison.Ordinal));
        Assert.True(SpinWait.SpinUntil(() => server.Upscaler.Cancelled == 1, TimeSpan.FromSeconds(10)));
    }

    private (int Width, int Height) Size(params string[] path)
    {
        RgbImage image = Inputs.Read(_folder[path]);
        return (image.Width, image.Height);
    }
}
