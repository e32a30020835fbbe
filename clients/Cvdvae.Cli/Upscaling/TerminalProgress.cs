using System.Globalization;
using Cvdvae.Client;
using Spectre.Console;

namespace Cvdvae.Cli.Upscaling;

/// <summary>Progress as one bar for each resolution, redrawn in place.</summary>
/// <param name="console">The terminal; that of the process by default.</param>
internal sealed class TerminalProgress(IAnsiConsole? console = null) : IUpscaleProgress
{
    private const int NameWidth = 9; // the last resolution known is 1024x1024
    private readonly IAnsiConsole _console = console ?? AnsiConsole.Console;
    private readonly Dictionary<int, ProgressTask> _bars = [];
    private readonly Dictionary<int, TimeSpan> _lastImage = [];
    private ProgressContext? _context;

    public bool WantsGroups => true;

    public Task<UpscaleOutcome> ShowAsync(Func<Task<UpscaleOutcome>> run) =>
        _console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
            .StartAsync(context =>
            {
                _context = context;
                return run();
            });

    public void Started(StartedEvent started, IReadOnlyList<ResolutionWork> stages)
    {
        _console.WriteLine(UpscaleOutcome.Headline(started));
        foreach (ResolutionWork stage in stages)
        {
            _bars[stage.Resolution] = _context!.AddTask(Name(stage.Resolution), maxValue: Math.Max(1, stage.Groups + stage.Images));
        }
    }

    public void GroupDecoded(int resolution) => Advance(resolution);

    public void ImageWritten(int resolution, TimeSpan elapsed)
    {
        _lastImage[resolution] = elapsed;
        Advance(resolution);
    }

    private static string Name(int resolution) => $"{resolution}x{resolution}";

    // The images of a resolution may come before or after its last group is reported.
    private void Advance(int resolution)
    {
        if (_bars.TryGetValue(resolution, out ProgressTask? bar))
        {
            bar.Increment(1);
            if (bar.IsFinished && _lastImage.TryGetValue(resolution, out TimeSpan elapsed))
            {
                bar.Description = string.Create(CultureInfo.InvariantCulture, $"{Name(resolution),-NameWidth}{elapsed.TotalSeconds,8:F3} s");
            }
        }
    }
}
