using System.Globalization;
using Cvdvae.Client;

namespace Cvdvae.Cli.Upscaling;

/// <summary>Progress as lines: one for each resolution that all samples have reached.</summary>
internal sealed class PlainProgress(TextWriter output) : IUpscaleProgress
{
    private readonly Dictionary<int, int> _missing = [];

    public bool WantsGroups => false;

    public Task<UpscaleOutcome> ShowAsync(Func<Task<UpscaleOutcome>> run) => run();

    public void Started(StartedEvent started, IReadOnlyList<ResolutionWork> stages)
    {
        output.WriteLine(UpscaleOutcome.Headline(started));
        foreach (ResolutionWork stage in stages)
        {
            _missing[stage.Resolution] = stage.Images;
        }
    }

    public void GroupDecoded(int resolution)
    {
    }

    public void ImageWritten(int resolution, TimeSpan elapsed)
    {
        if (_missing.TryGetValue(resolution, out int missing))
        {
            _missing[resolution] = missing - 1;
            if (missing == 1)
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{resolution}x{resolution} after {elapsed.TotalSeconds:F3} s"));
            }
        }
    }
}
