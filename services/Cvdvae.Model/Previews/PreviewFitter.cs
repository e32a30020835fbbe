using Cvdvae.Model.Decoding;
using Cvdvae.Model.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Model.Previews;

/// <summary>
/// Fits preview heads in closed form: ridge-regularised least squares of the features after the last group of each resolution against the
/// area-downsampled final image, over the model's own prior samples. It needs no data set.
/// </summary>
/// <remarks>
/// Memory holds one batch and the normal equations of each resolution, however many samples there are. A tenth of the samples chooses the
/// ridge; further ones, which the fit has not seen, give the quality.
/// </remarks>
public sealed class PreviewFitter
{
    /// <summary>
    /// Features of a sample are left out where they are this many times larger than those of its batch. Nothing bounds the log-sigmas of a VD-VAE: a sample of the
    /// prior in some thousands may grow without end, up to overflow, and one such would outweigh all others.
    /// </summary>
    private const double Wild = 100;

    private readonly TopDownDecoder _decoder;
    private readonly PreviewFitOptions _options;
    private readonly PreviewWalk _walk;
    private readonly IReadOnlyList<int> _resolutions;
    private readonly Device _device;

    /// <summary>Prepares a fit.</summary>
    /// <param name="decoder">The whole decoder, with its weights, on any device.</param>
    /// <param name="options">What to fit to.</param>
    /// <exception cref="ArgumentException">The decoder is only a stage.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public PreviewFitter(TopDownDecoder decoder, PreviewFitOptions options)
        : this(decoder, options, null)
    {
    }

    /// <summary>Prepares a fit with other random numbers.</summary>
    internal PreviewFitter(TopDownDecoder decoder, PreviewFitOptions options, INoiseSource? noise)
    {
        options.Check();
        _decoder = decoder.FirstGroup == 0 && decoder.OutNet is not null
            ? decoder
            : throw new ArgumentException("Previews are fitted to final images, which needs all the groups.", nameof(decoder));
        _options = options;
        _walk = new PreviewWalk(decoder, options, noise);
        _resolutions = PreviewHeads.ResolutionsOf(decoder.Architecture);
        _device = decoder.parameters().First().device;
    }

    /// <summary>Samples that a fit decodes in all.</summary>
    public int SamplesInAll => _options.Samples + _options.HeldOutSamples;

    /// <summary>Runs the fit.</summary>
    /// <param name="progress">Is told after each batch how many samples have been decoded, of <see cref="SamplesInAll"/>.</param>
    /// <param name="stop">Looked at between batches.</param>
    /// <returns>The heads, on the CPU, with their quality on the held-out samples.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was set.</exception>
    public PreviewHeads Fit(Action<int>? progress = null, CancellationToken stop = default)
    {
        var owned = new List<IDisposable>();
        try
        {
            return Fit(owned, progress, stop);
        }
        finally
        {
            owned.ForEach(item => item.Dispose());
        }
    }

    private PreviewHeads Fit(List<IDisposable> owned, Action<int>? progress, CancellationToken stop)
    {
        Dictionary<int, PreviewRegression> regressions = _resolutions.ToDictionary(r => r, r => new PreviewRegression(_decoder.Architecture.Widths[r]));
        owned.AddRange(regressions.Values);
        int checking = _options.Samples - _options.CheckingSamples;
        Batches(0, checking, (first, count) => Collect(first, count, r => regressions[r].Fitting), progress, stop);
        Batches(checking, _options.Samples, (first, count) => Collect(first, count, r => regressions[r].Checking), progress, stop);

        var maps = new Dictionary<int, AffineMap>();
        foreach (int resolution in _resolutions)
        {
            using AffineMap precise = regressions[resolution].Solve();
            maps.Add(resolution, precise.To(ScalarType.Float32, _device));
            owned.Add(maps[resolution]);
        }

        var quality = new PreviewQuality();
        Batches(_options.Samples, SamplesInAll, (first, count) => Measure(first, count, maps, quality), progress, stop);
        return new PreviewHeads(
            maps.ToDictionary(entry => entry.Key, entry => entry.Value.To(ScalarType.Float32, CPU)),
            new PreviewRecord(_options.Samples, _options.HeldOutSamples, _options.PixelSampling, _options.PriorTemperature, quality.PsnrDb));
    }

    private void Batches(int first, int end, Action<int, int> run, Action<int>? progress, CancellationToken stop)
    {
        for (int sample = first; sample < end; sample += _options.Batch)
        {
            stop.ThrowIfCancellationRequested();
            int count = Math.Min(_options.Batch, end - sample);
            run(sample, count);
            progress?.Invoke(sample + count);
        }
    }

    /// <summary>Adds a batch to the equations.</summary>
    private void Collect(int first, int count, Func<int, NormalEquations> equations)
    {
        using IDisposable mode = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        var features = new Dictionary<int, Tensor>();
        Tensor tame = ones(count, dtype: ScalarType.Bool);
        Tensor levels = _walk.Run(
            first,
            count,
            (resolution, x) =>
            {
                features.Add(resolution, PixelRows.Of(x.permute(0, 2, 3, 1), first).MoveToOtherDisposeScope(scope));
                tame.logical_and_(IsTame(x));
            });
        Tensor kept = tame.nonzero().squeeze(1);
        foreach ((int resolution, Tensor rows) in features)
        {
            Tensor colours = AreaMeans.Of(levels, resolution) / 127.5 - 1;
            equations(resolution).Add(OfSamples(rows), OfSamples(PixelRows.Of(colours, first)));
        }

        Tensor OfSamples(Tensor rows) => rows.unflatten(0, count, -1).index_select(0, kept).flatten(0, 1);
    }

    /// <summary>Whether the features of each sample, (B, C, r, r), are finite and of the size of the others'; (B), on the CPU.</summary>
    private static Tensor IsTame(Tensor x)
    {
        Tensor size = x.square().mean([1, 2, 3]).sqrt().nan_to_num(double.PositiveInfinity).cpu();
        return size.isfinite().logical_and(size <= Wild * size.median());
    }

    /// <summary>Compares a batch's 8-bit previews with its 8-bit final images.</summary>
    private void Measure(int first, int count, Dictionary<int, AffineMap> maps, PreviewQuality quality)
    {
        using DisposeScope scope = NewDisposeScope();
        var previews = new List<Tensor>();
        Tensor levels = _walk.Run(
            first, count, (resolution, x) => previews.Add(maps[resolution].Images(x).MoveToOtherDisposeScope(scope)));
        previews.ForEach(preview => quality.Add(preview, levels));
    }
}
