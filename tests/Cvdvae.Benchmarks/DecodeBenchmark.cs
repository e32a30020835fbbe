using System.Diagnostics;
using Cvdvae.Model;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Decoding;
using Cvdvae.Model.Encoding;
using Cvdvae.Model.Layers;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Benchmarks;

/// <summary>One super-resolution in process: bottom-up, top-down, pixels.</summary>
internal sealed class DecodeBenchmark : IDisposable
{
    private readonly LowResEncoder _encoder;
    private readonly TopDownDecoder _decoder;
    private readonly bool? _channelsLast;
    private readonly InferenceOptions _options;

    /// <summary>Of random weights, one sample; in the fastest layout where <paramref name="channelsLast"/> is null.</summary>
    public DecodeBenchmark(PriorHyperparameters prior, LowResHyperparameters lowRes, InferenceOptions options, bool? channelsLast, bool frozen)
    {
        var architecture = new PriorArchitecture(prior);
        random.manual_seed(0);
        _encoder = options.Place(new LowResEncoder(new LowResArchitecture(lowRes, architecture)));
        _decoder = options.Place(new TopDownDecoder(architecture) { ChannelsLast = channelsLast });
        _channelsLast = channelsLast;
        _options = options;
        if (frozen)
        {
            _encoder.Freeze();
            _decoder.Freeze();
        }
    }

    /// <summary>Of a model's weights.</summary>
    public DecodeBenchmark(ModelFolder folder, int scale, InferenceOptions options)
    {
        _encoder = options.Place(folder.LoadEncoder(scale, options.Device)).Freeze();
        _decoder = folder.LoadDecoder(options);
        _options = options;
    }

    /// <summary>One run; milliseconds of each part, and of each latent group.</summary>
    /// <param name="images">Images, with a sample of each, run as one batch.</param>
    public DecodeTimes Run(int images = 1)
    {
        using IDisposable mode = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        int size = _encoder.Architecture.Hyperparameters.ImageSizeY;
        Tensor y = rand(images, 3, size, size).to(_options.Device).to(_options.Precision);
        y = y.InOrder(_channelsLast);

        TorchRuntime.UseThreadsFor(images * MultiplyAdds.Of(_encoder.Architecture.BottomUp));
        long start = Stopwatch.GetTimestamp();
        using FeaturePyramid pyramid = _encoder.Encoder.call(y);
        double bottomUp = MillisecondsSince(start);

        start = Stopwatch.GetTimestamp();
        LowResFeatures[] features = [.. Enumerable.Range(0, images).Select(image => new LowResFeatures(_encoder.Branch, Image(pyramid, image)))];
        DecodeRow[] rows = [.. features.Select((own, image) => new DecodeRow((ulong)image, 0, 0.8f, 0.8f, own))];
        using var state = new DecodeState(rows);
        var noise = new PhiloxNoise();
        var groups = new List<(int Resolution, double Milliseconds)>();
        foreach (LatentGroup group in _decoder.Architecture.Groups)
        {
            long began = Stopwatch.GetTimestamp();
            TorchRuntime.UseThreadsFor(images * MultiplyAdds.Of(_decoder.Architecture, group, conditioned: true));
            _decoder.Advance(state, group.Index + 1, noise);
            groups.Add((group.Resolution, MillisecondsSince(began)));
        }

        double topDown = MillisecondsSince(start);

        start = Stopwatch.GetTimestamp();
        using Tensor pixels = new PixelOutput(_decoder.Architecture.Groups.Count).Images(_decoder.PixelParameters(state.Features!), rows, PixelSampling.Sample, noise).cpu();
        double output = MillisecondsSince(start);
        Array.ForEach(features, own => own.Dispose());
        return new DecodeTimes(bottomUp, topDown, output, groups);
    }

    private double MillisecondsSince(long start)
    {
        TorchRuntime.Finish(_options.Device);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static FeaturePyramid Image(FeaturePyramid batch, int image) =>
        new(batch.Resolutions.ToDictionary(resolution => resolution, resolution => batch[resolution].narrow(0, image, 1)));

    public void Dispose()
    {
        _encoder.Dispose();
        _decoder.Dispose();
    }
}
