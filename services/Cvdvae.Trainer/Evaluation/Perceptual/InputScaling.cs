using Cvdvae.Model.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Evaluation.Perceptual;

/// <summary>What a network was trained to see: (level - mean) / deviation in each channel.</summary>
/// <param name="IsBgr">Whether it takes blue, green, red.</param>
/// <param name="Mean">Levels, in the network's order of channels.</param>
/// <param name="Deviation">Levels, in the same order.</param>
internal sealed record InputScaling(bool IsBgr, IReadOnlyList<double> Mean, IReadOnlyList<double> Deviation)
{
    // Of levels scaled to [-1, 1], as LPIPS publishes them.
    private const double HalfRange = 127.5;
    private static readonly double[] Shift = [-0.030, -0.088, -0.188];
    private static readonly double[] Scale = [0.458, 0.448, 0.450];

    /// <summary>The scaling layer of LPIPS 0.1 in front of torchvision's networks.</summary>
    public static InputScaling Lpips { get; } = new(
        IsBgr: false, [.. Shift.Select(shift => HalfRange * (1 + shift))], [.. Scale.Select(scale => HalfRange * scale)]);

    /// <summary>Blue, green, red minus the ImageNet means, as Caffe's SqueezeNet takes them.</summary>
    public static InputScaling Caffe { get; } = new(IsBgr: true, [104, 117, 123], [1, 1, 1]);

    /// <summary>Levels 0..255 of RGB, any type, (B, 3, H, W), to the network's input, fp32, channels-last.</summary>
    public Tensor Apply(Tensor levels)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor values = levels.to(ScalarType.Float32);
        Tensor ordered = IsBgr ? values.flip(1) : values;
        return ((ordered - PerChannel(Mean, levels.device)) / PerChannel(Deviation, levels.device)).Laid().MoveToOuterDisposeScope();
    }

    private static Tensor PerChannel(IReadOnlyList<double> values, Device device) => tensor([.. values], [1, values.Count, 1, 1], ScalarType.Float32, device);
}
