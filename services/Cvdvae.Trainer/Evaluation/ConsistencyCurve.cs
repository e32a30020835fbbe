using Cvdvae.Imaging;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Decoding;
using Cvdvae.Model.Layers;
using Cvdvae.Model.Sampling;
using Cvdvae.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Evaluation;

/// <summary>
/// U_k^s (Prost et al. 2023, appendix, eq. 15-18): how much images that share their first k latent groups still differ after they are downscaled by s. Where it is small, a low-res image
/// settles no more than those groups, and conditioning them is enough: the choice of k. Here it is the square root of the variance of a downscaled level
/// given z_&lt;k, over the prior: the mean over draws of z_&lt;k, pixels and colours of the unbiased variance over completions.
/// </summary>
/// <param name="decoder">The whole decoder; not owned.</param>
/// <param name="sampling">How pixels are taken; drawn pixels add their own noise.</param>
/// <param name="options">What is drawn.</param>
internal sealed class ConsistencyCurve(TopDownDecoder decoder, PixelSampling sampling, ConsistencyOptions options)
{
    private readonly IReadOnlyList<LatentGroup> _groups = decoder.Architecture.Groups;
    private readonly PhiloxNoise _noise = new();

    /// <summary>Images that are drawn in all.</summary>
    public int ImagesInAll => options.Prefixes * (_groups.Count + 1) * options.Completions;

    /// <summary>Measures k from 0 to the number of groups and each factor.</summary>
    /// <param name="factors">Factors of downscaling, divisors of the image size.</param>
    /// <param name="progress">Receives the images drawn so far.</param>
    /// <param name="stop">Ends it.</param>
    public IReadOnlyList<ConsistencyPoint> Measure(IReadOnlyList<int> factors, Action<int> progress, CancellationToken stop)
    {
        double[,] variances = new double[_groups.Count + 1, factors.Count];
        for (int prefix = 0; prefix < options.Prefixes; prefix++)
        {
            using var shared = new DecodeState([new DecodeRow(options.Seed, (uint)prefix, 1, options.Temperature)]);
            for (int fixedGroups = 0; fixedGroups <= _groups.Count; fixedGroups++)
            {
                stop.ThrowIfCancellationRequested();
                decoder.Advance(shared, fixedGroups, _noise);
                IReadOnlyList<RgbImage> images = Complete(shared, prefix);
                for (int index = 0; index < factors.Count; index++)
                {
                    variances[fixedGroups, index] += Variance(images, factors[index]) / options.Prefixes;
                }

                progress((((prefix * (_groups.Count + 1)) + fixedGroups + 1) * options.Completions));
            }
        }

        return [.. factors.SelectMany((factor, index) => Enumerable.Range(0, _groups.Count + 1).Select(groups => new ConsistencyPoint(groups, factor, Math.Sqrt(variances[groups, index]))))];
    }

    /// <summary>Mean over the values of an image of their unbiased variance among the images, after all were downscaled without rounding.</summary>
    internal static double Variance(IReadOnlyList<RgbImage> images, int factor)
    {
        int width = images[0].Width / factor;
        int height = images[0].Height / factor;
        double[][] reduced = [.. images.Select(image => Downscale(image, new PlaneSize(width, height)))];
        double sum = 0;
        for (int i = 0; i < reduced[0].Length; i++)
        {
            double mean = reduced.Average(values => values[i]);
            sum += reduced.Sum(values => (values[i] - mean) * (values[i] - mean)) / (images.Count - 1);
        }

        return sum / reduced[0].Length;
    }

    private static double[] Downscale(RgbImage image, PlaneSize to)
    {
        var from = new PlaneSize(image.Width, image.Height);
        double[] planes = new double[image.Pixels.Length];
        PlanarLayout.Deinterleave<double>(image.Pixels, planes);
        if (to == from)
        {
            return planes;
        }

        double[] reduced = new double[RgbImage.Channels * to.Area];
        for (int channel = 0; channel < RgbImage.Channels; channel++)
        {
            BicubicResizer.Resize(planes.AsSpan(channel * (int)from.Area, (int)from.Area), from, reduced.AsSpan(channel * (int)to.Area, (int)to.Area), to);
        }

        return reduced;
    }

    /// <summary>Images that go on from one state with latents and pixels of their own.</summary>
    private IReadOnlyList<RgbImage> Complete(DecodeState shared, int prefix)
    {
        using IDisposable mode = inference_mode();
        using DisposeScope scope = NewDisposeScope();

        // The noise of a row belongs to its seed and sample: another seed, and no sample twice.
        DecodeRow[] rows = [.. Enumerable.Range(0, options.Completions).Select(completion =>
            new DecodeRow(options.Seed + 1, (uint)((prefix * options.Completions) + completion), 1, options.Temperature))];
        Tensor? features = shared.Features?.expand(rows.Length, -1, -1, -1).clone().Laid();
        using var state = new DecodeState(rows, shared.NextGroup, features);
        decoder.Advance(state, decoder.EndGroup, _noise);
        return Pictures.FromLevels(new PixelOutput(_groups.Count).Images(decoder.PixelParameters(state.Features!), rows, sampling, _noise));
    }
}
