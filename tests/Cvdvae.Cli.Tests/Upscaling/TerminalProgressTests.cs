using Cvdvae.Cli.Upscaling;
using Cvdvae.Client;
using Cvdvae.FakeService;
using Cvdvae.TestUtils;
using Cvdvae.V1;
using Google.Protobuf;
using Spectre.Console;
using Xunit;

namespace Cvdvae.Cli.Tests.Upscaling;

public sealed class TerminalProgressTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static StartedEvent Started { get; } = new()
    {
        RequestId = "r", Model = "m", Scale = 4, InputSize = 16, OutputSize = 64, GroupCount = 6, ConditionedGroupCount = 2, Resolutions = [1, 4, 8, 16, 64], Seed = 1,
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Show_WholeCall_FillsABarForEachResolution()
    {
        await using FakeServer server = await FakeServer.StartAsync();
        using var client = new SuperResolutionClient(server.Address);
        using var text = new StringWriter();
        TerminalProgress progress = Create(text);
        var run = new UpscaleRun(client, OutputFolder.Create(_folder["out"]), progress, TimeProvider.System);
        var request = new UpscaleRequest { Image = ByteString.CopyFrom(await File.ReadAllBytesAsync(Inputs.Png(_folder), TestContext.Current.CancellationToken)), SampleCount = 2 };

        await progress.ShowAsync(() => run.RunAsync(request, new CallSettings(), TestContext.Current.CancellationToken)).WaitAsync(Cli.Limit, TestContext.Current.CancellationToken);

        string shown = text.ToString();
        Assert.True(Assert.Single(server.Upscaler.Requests).ReportGroups);
        Assert.Contains("fake-64@1.2, x4: 16x16 to 64x64", shown, StringComparison.Ordinal);
        string last = shown[shown.LastIndexOf("1x1 ", StringComparison.Ordinal)..];
        foreach (int resolution in (int[])[1, 4, 8, 16, 32, 64])
        {
            Assert.Matches($"""(?m)^{resolution}x{resolution} +\d+\.\d\d\d s [^\n]* 100%""", last);
        }
    }

    [Fact]
    public async Task Show_GroupsReportedAfterTheImages_StillTellsTheTime()
    {
        using var text = new StringWriter();
        TerminalProgress progress = Create(text);
        await progress.ShowAsync(() =>
        {
            progress.Started(Started, [new ResolutionWork(16, 1, 1)]);
            progress.ImageWritten(16, TimeSpan.FromSeconds(1.25));
            progress.GroupDecoded(16);
            return Task.FromResult<UpscaleOutcome>(null!);
        }).WaitAsync(Cli.Limit, TestContext.Current.CancellationToken);

        Assert.Matches("""(?m)^16x16 +1\.250 s [^\n]* 100%""", text.ToString());
    }

    [Fact]
    public void Work_StopAndChosenPreviews_CountsWhatWillCome()
    {
        var request = new UpscaleRequest { SampleCount = 3, StopAtResolution = 16, PreviewResolutions = { 4, 16 }, ReportGroups = true };
        var model = new ModelInfo { Resolutions = { new ResolutionInfo { Resolution = 4, GroupCount = 5 }, new ResolutionInfo { Resolution = 16, GroupCount = 2 } } };

        IReadOnlyList<ResolutionWork> work = ResolutionWork.Of(Started, request, model);

        Assert.Equal([new(1, 0, 0), new(4, 5, 3), new(8, 0, 0), new(16, 2, 6)], work);
    }

    private static TerminalProgress Create(StringWriter text) => new(AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = AnsiSupport.Yes,
        ColorSystem = ColorSystemSupport.NoColors,
        Interactive = InteractionSupport.Yes,
        Out = new AnsiConsoleOutput(text),
    }));
}
