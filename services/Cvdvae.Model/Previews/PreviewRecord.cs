using System.Globalization;
using Cvdvae.Model.Sampling;
using Cvdvae.Model.Weights;

namespace Cvdvae.Model.Previews;

/// <summary>
/// How preview heads were fitted and how good they are: the text beside the tensors of <c>previews.safetensors</c>, under the keys
/// <c>samples</c>, <c>held_out_samples</c>, <c>pixel_sampling</c> (sample, mode or mean), <c>prior_temperature</c> and, for each resolution r,
/// <c>head.{r}.psnr_db</c>.
/// </summary>
/// <param name="Samples">Prior samples that the heads were fitted to.</param>
/// <param name="HeldOutSamples">Other prior samples, on which the quality was measured.</param>
/// <param name="PixelSampling">How the pixels of the final images were taken.</param>
/// <param name="PriorTemperature">Temperature of the samples.</param>
/// <param name="PsnrDb">
/// By resolution: peak signal-to-noise ratio in dB, 0 to 100, of the 8-bit previews of the held-out samples against their 8-bit final images, shrunk by area.
/// </param>
public sealed record PreviewRecord(
    int Samples, int HeldOutSamples, PixelSampling PixelSampling, float PriorTemperature, IReadOnlyDictionary<int, double> PsnrDb)
{
    /// <summary>The text for the file.</summary>
    public IReadOnlyDictionary<string, string> ToMetadata() => new SortedDictionary<string, string>(
        PsnrDb.ToDictionary(entry => PsnrKey(entry.Key), entry => entry.Value.ToString("F3", CultureInfo.InvariantCulture)), StringComparer.Ordinal)
    {
        ["samples"] = Samples.ToString(CultureInfo.InvariantCulture),
        ["held_out_samples"] = HeldOutSamples.ToString(CultureInfo.InvariantCulture),
        ["pixel_sampling"] = NameOf(PixelSampling),
        ["prior_temperature"] = PriorTemperature.ToString("R", CultureInfo.InvariantCulture),
    };

    /// <summary>Reads the text of a file; needs no libtorch.</summary>
    /// <param name="metadata">The file's metadata.</param>
    /// <param name="resolutions">The resolutions to read the quality of.</param>
    /// <param name="origin">What to call the file in messages.</param>
    /// <exception cref="InvalidWeightsException">A key is missing, or its value is not what it should be.</exception>
    public static PreviewRecord Parse(IReadOnlyDictionary<string, string> metadata, IEnumerable<int> resolutions, string origin)
    {
        return new PreviewRecord(
            (int)Number("samples", 1, int.MaxValue, NumberStyles.None),
            (int)Number("held_out_samples", 1, int.MaxValue, NumberStyles.None),
            Sampling(),
            (float)Number("prior_temperature", 0, 10),
            new SortedDictionary<int, double>(resolutions.ToDictionary(r => r, r => Number(PsnrKey(r), 0, PreviewQuality.LargestPsnr))));

        string Text(string key) => metadata.TryGetValue(key, out string? text)
            ? text
            : throw new InvalidWeightsException(origin, $"has no metadata '{key}'");

        double Number(string key, double least, double most, NumberStyles style = NumberStyles.Float) =>
            double.TryParse(Text(key), style, CultureInfo.InvariantCulture, out double value) && value >= least && value <= most
                ? value
                : throw Wrong(key, string.Create(CultureInfo.InvariantCulture, $"numbers from {least} to {most}"));

        PixelSampling Sampling() =>
            Enum.GetValues<PixelSampling>().Cast<PixelSampling?>().FirstOrDefault(value => NameOf(value!.Value) == Text("pixel_sampling"))
            ?? throw Wrong("pixel_sampling", string.Join(", ", Enum.GetValues<PixelSampling>().Select(NameOf)));

        InvalidWeightsException Wrong(string key, string accepted) =>
            new(origin, $"metadata '{key}' is '{Text(key)}'; accepted are {accepted}");
    }

    private static string PsnrKey(int resolution) => string.Create(CultureInfo.InvariantCulture, $"head.{resolution}.psnr_db");

    private static string NameOf(PixelSampling sampling) => sampling.ToString().ToLowerInvariant();
}
