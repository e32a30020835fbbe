using System.Globalization;
using System.Text;
using Cvdvae.Client;
using Cvdvae.V1;

namespace Cvdvae.Cli.Upscaling;

/// <summary>What came of a call.</summary>
/// <param name="Started">Its beginning.</param>
/// <param name="Completed">Its end.</param>
/// <param name="FirstPreview">From its beginning to the first preview; null: none came.</param>
/// <param name="Elapsed">From its beginning to the last result.</param>
/// <param name="Results">Paths of the results with their sides in pixels and their PSNR in dB, in the order of the samples.</param>
/// <param name="Samples">Samples asked for.</param>
/// <param name="Sheet">Path of the contact sheet.</param>
internal sealed record UpscaleOutcome(
    StartedEvent Started,
    CompletedEvent Completed,
    TimeSpan? FirstPreview,
    TimeSpan Elapsed,
    IReadOnlyList<(string Path, int Side, double Psnr)> Results,
    int Samples,
    string Sheet)
{
    /// <summary>A line for the beginning.</summary>
    public static string Headline(StartedEvent started) =>
        $"{started.Model}, x{started.Scale}: {started.InputSize}x{started.InputSize} to {started.OutputSize}x{started.OutputSize}, seed {started.Seed}";

    /// <summary>Lines for the end.</summary>
    public string Summary()
    {
        var text = new StringBuilder();
        foreach ((string path, _, double psnr) in Results)
        {
            string agreement = psnr > 0 ? $"  low-res PSNR {psnr:F1} dB" : "";
            text.Append(CultureInfo.InvariantCulture, $"{path}{agreement}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{Sheet}\n");
        if (Completed.Reason == CompletionReason.Deadline && Results.Count > 0)
        {
            int side = Results.Min(result => result.Side);
            string reached = $"reached {side}x{side}";
            bool all = Results.Count >= Samples;
            string which = all ? $"every sample {reached}" : $"{Results.Count} of {Samples} samples {reached}, the others nothing";
            text.Append(CultureInfo.InvariantCulture, $"the deadline was near: {which}\n");
        }

        if (FirstPreview is { } first)
        {
            text.Append(CultureInfo.InvariantCulture, $"first preview after {first.TotalSeconds:F3} s, ");
        }

        text.Append(CultureInfo.InvariantCulture, $"all results after {Elapsed.TotalSeconds:F3} s\n");
        text.Append(CultureInfo.InvariantCulture, $"--seed {Started.Seed} gives these images again\n");
        return text.ToString();
    }
}
