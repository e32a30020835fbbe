using Cvdvae.Model.Configuration;
using Cvdvae.Model.Decoding;
using Cvdvae.Model.Encoding;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests;

/// <summary>
/// A 16x16 prior of eight groups with low-res encoders for x2 (six groups conditioned) and x4 (three, so that the boundary lies inside
/// resolution 4). All weights are random, those that start at zero too, so that a result depends on everything.
/// </summary>
internal sealed class TinyModel : IDisposable
{
    public const int GroupCount = 8;

    public static readonly PriorHyperparameters Hyperparameters = new()
    {
        ImageSize = 16,
        Width = 8,
        Zdim = 3,
        BottleneckMultiple = 0.5,
        NoBiasAbove = 8,
        NumMixtures = 3,
        CustomWidthStr = "4:12,1:16",
        EncBlocks = "16x1,16d2,8x1,8d2,4x1,4d4,1x1",
        DecBlocks = "1x2,4m1,4x1,8m4,8x1,16m8,16x1",
        Shift = -127.5,
        Scale = 1 / 64.0,
    };

    public static readonly LowResHyperparameters TwiceHyperparameters =
        new() { ImageSizeY = 8, WidthY = 8, CustomWidthStrY = "4:12,1:16", EncBlocksY = "8x1,8d2,4x1,4d4,1x1", Ky = 6 };

    public static readonly LowResHyperparameters FourTimesHyperparameters =
        new() { ImageSizeY = 4, WidthY = 12, CustomWidthStrY = "1:16", EncBlocksY = "4x1,4d4,1x1", Ky = 3 };

    private readonly List<LowResFeatures> _images = [];

    private readonly InferenceOptions _options;

    public TinyModel(Device? device = null, ScalarType precision = ScalarType.Float32)
    {
        _options = new InferenceOptions(device ?? CPU, precision);
        Prior = _options.Place(WithRandomWeights(new VdVae(Architecture), 1));
        Twice = _options.Place(WithRandomWeights(new LowResEncoder(new LowResArchitecture(TwiceHyperparameters, Architecture)), 2));
        FourTimes = _options.Place(WithRandomWeights(new LowResEncoder(new LowResArchitecture(FourTimesHyperparameters, Architecture)), 3));
    }

    public static PriorArchitecture Architecture { get; } = new(Hyperparameters);

    public VdVae Prior { get; }

    public LowResEncoder Twice { get; }

    public LowResEncoder FourTimes { get; }

    public TopDownDecoder Decoder => Prior.Decoder;

    public static PhiloxNoise Noise { get; } = new();

    /// <summary>Fills all parameters from a generator of its own: tests run side by side.</summary>
    public static TModule WithRandomWeights<TModule>(TModule module, ulong seed)
        where TModule : nn.Module
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = no_grad();
        using var generator = new Generator(seed, CPU);
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in module.named_parameters())
        {
            bool isWeight = parameter.dim() == 4 && name.EndsWith("weight", StringComparison.Ordinal);
            double size = isWeight ? 0.8 / Math.Sqrt(parameter.numel() / (double)parameter.shape[0]) : 0.3;
            double middle = name.EndsWith("gain", StringComparison.Ordinal) ? 1 : 0;
            parameter.copy_(randn(parameter.shape, generator: generator).Times(size).Plus(middle));
        }

        module.eval();
        return module;
    }

    /// <summary>Random numbers that do not depend on what other tests draw.</summary>
    public static Tensor Random(ulong seed, params long[] shape)
    {
        using var generator = new Generator(seed, CPU);
        return randn(shape, generator: generator);
    }

    /// <summary>The features of a random low-res image, owned by the model.</summary>
    public LowResFeatures Image(LowResEncoder encoder, ulong seed)
    {
        using IDisposable mode = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        int size = encoder.Architecture.Hyperparameters.ImageSizeY;
        FeaturePyramid pyramid = encoder.Encoder.call(Random(seed, 1, 3, size, size).to(_options.Device).to(_options.Precision));
        var image = new LowResFeatures(encoder.Branch, pyramid);
        _images.Add(image);
        return image;
    }

    /// <summary>Rows of all kinds: both scales, two images of one of them, unconditioned, several temperatures and seeds.</summary>
    public IReadOnlyList<DecodeRow> MixedRows()
    {
        LowResFeatures first = Image(Twice, 10);
        return
        [
            new DecodeRow(1, 0, 0.8f, 0.8f, first),
            new DecodeRow(2, 0, 1, 0.7f, Image(FourTimes, 11)),
            new DecodeRow(3, 5, 0.8f, 1),
            new DecodeRow(1, 1, 0.8f, 0.8f, first),
            new DecodeRow(ulong.MaxValue, uint.MaxValue, 0, 0.5f, Image(Twice, 12)),
            new DecodeRow(4, 0, 1, 0, Image(FourTimes, 13)),
        ];
    }

    /// <summary>Runs all groups; features (B, 8, 16, 16), owned by the caller.</summary>
    public Tensor Decode(IReadOnlyList<DecodeRow> rows, INoiseSource? noise = null)
    {
        using var state = new DecodeState(rows);
        Decoder.Advance(state, GroupCount, noise ?? Noise);
        return state.Features!.clone();
    }

    public void Dispose()
    {
        _images.ForEach(image => image.Dispose());
        Prior.Dispose();
        Twice.Dispose();
        FourTimes.Dispose();
    }
}
