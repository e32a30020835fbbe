using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Model.Previews;

/// <summary>Squared errors of 8-bit previews, summed over samples.</summary>
internal sealed class PreviewQuality
{
    /// <summary>Stands for a ratio beyond it, so that equal images have a number too.</summary>
    public const double LargestPsnr = 100;

    private readonly SortedDictionary<int, (double Squares, long Values)> _errors = [];

    /// <summary>Peak signal-to-noise ratio by resolution, over all pixels of all samples, in dB, at most 100.</summary>
    public IReadOnlyDictionary<int, double> PsnrDb =>
        new SortedDictionary<int, double>(_errors.ToDictionary(entry => entry.Key, entry => Psnr(entry.Value.Squares / entry.Value.Values)));

    /// <summary>Compares previews with final images.</summary>
    /// <param name="previews">uint8 (B, r, r, 3).</param>
    /// <param name="levels">uint8 (B, H, H, 3).</param>
    public void Add(Tensor previews, Tensor levels)
    {
        using DisposeScope scope = NewDisposeScope();
        int resolution = (int)previews.shape[1];
        Tensor difference = AreaMeans.Of(levels, resolution).round() - previews.cpu();
        (double squares, long values) = _errors.GetValueOrDefault(resolution);
        _errors[resolution] = (squares + difference.square().sum().item<double>(), values + difference.numel());
    }

    private static double Psnr(double meanSquare) => Math.Min(10 * Math.Log10(255.0 * 255.0 / meanSquare), LargestPsnr);
}
