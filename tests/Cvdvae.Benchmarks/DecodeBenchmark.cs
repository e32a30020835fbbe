using System.Diagnostics;
using Cvdvae.Model;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Decoding;
using Cvdvae.Model.Encoding;
using Cvdvae.Model.Layers;
using Cvdvae.Model.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Benchmarks;

/// <summary>One super-resolution in process, on random weights: bottom-up, top-down, pixels.</summary>
internal sealed class DecodeBenchmark : IDisposable
{
    private readonly LowResEncoder _encoder;
    private readonly TopDownDecoder _decoder;
    private readonly int _samples;
    private readonly bool _channelsLast;

    public DecodeBenchmark(PriorHyperparameters prior, LowResHyperparameters lowRes, int samples, bool channelsLast)
    {
        var architecture = new PriorArchitecture(prior);
        random.manual_seed(0);
        _encoder = new LowResEncoder(new LowResArchitecture(lowRes, architecture));
        _decoder = new TopDownDecoder(architecture) { ChannelsLast = channelsLast };
        (_samples, _channelsLast) = (samples, channelsLast);
    }

    /// <summary>One run; milliseconds of each part, and of the groups of each resolution.</summary>
    public DecodeTimes Run()
    {
        using IDisposable mode = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        int size = _encoder.Architecture.Hyperparameters.ImageSizeY;
        Tensor y = rand(1, 3, size, size);
        y = _channelsLast ? y.ChannelsLast() : y;

        long start = Stopwatch.GetTimestamp();
        using FeaturePyramid pyramid = _encoder.Encoder.call(y);
        double bottomUp = Stopwatch.GetElapsedTime(start).TotalMilliseconds;

        start = Stopwatch.GetTimestamp();
        using var features = new LowResFeatures(_encoder.Branch, pyramid);
        DecodeRow[] rows = [.. Enumerable.Range(0, _samples).Select(sample => new DecodeRow(1, (uint)sample, 0.8f, 0.8f, features))];
        using var state = new DecodeState(rows);
        var noise = new PhiloxNoise();
        var levels = new List<(int Resolution, double Milliseconds)>();
        foreach (int resolution in _decoder.Architecture.Resolutions)
        {
            long level = Stopwatch.GetTimestamp();
            _decoder.Advance(state, _decoder.Architecture.GroupsAt(resolution).End, noise);
            levels.Add((resolution, Stopwatch.GetElapsedTime(level).TotalMilliseconds));
        }

        double topDown = Stopwatch.GetElapsedTime(start).TotalMilliseconds;

        start = Stopwatch.GetTimestamp();
        using Tensor images = new PixelOutput(_decoder.Architecture.Groups.Count).Images(_decoder.PixelParameters(state.Features!), rows, PixelSampling.Sample, noise);
        return new DecodeTimes(bottomUp, topDown, Stopwatch.GetElapsedTime(start).TotalMilliseconds, levels);
    }

    public void Dispose()
    {
        _encoder.Dispose();
        _decoder.Dispose();
    }
}
