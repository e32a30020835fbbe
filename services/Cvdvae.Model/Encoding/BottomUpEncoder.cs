using Cvdvae.Model.Configuration;
using Cvdvae.Model.Layers;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Cvdvae.Model.Encoding;

/// <summary>
/// The deterministic bottom-up network, of high-res images (<c>encoder</c>) or of low-res ones (<c>encoder_y</c>): one feature map per
/// resolution, the last activation computed at it.
/// </summary>
public sealed class BottomUpEncoder : nn.Module<Tensor, FeaturePyramid>
{
    [ComponentName(Name = "in_conv")]
    private readonly Conv2d _inConv;
    [ComponentName(Name = "enc_blocks")]
    private readonly ModuleList<Block> _blocks;
    private readonly BottomUpArchitecture _architecture;
    private readonly Kernel _in;

    /// <summary>Creates the network with random weights.</summary>
    public BottomUpEncoder(BottomUpArchitecture architecture)
        : base(nameof(BottomUpEncoder))
    {
        _architecture = architecture;
        _inConv = Convolutions.Conv3x3(3, architecture.InputWidth);
        _in = Kernel.Of(_inConv, architecture.ImageSize);
        double lastScale = Math.Sqrt(1.0 / architecture.Blocks.Count);
        _blocks = new ModuleList<Block>([.. architecture.Blocks.Select(block =>
        {
            int width = architecture.Widths[block.Resolution];
            int middle = (int)(width * architecture.BottleneckMultiple);
            return new Block(width, middle, width, block.Resolution, residual: true, block.DownRate ?? 1, lastScale);
        })]);
        RegisterComponents();
    }

    /// <summary>Normalised pixels (B, 3, H, W) to feature maps (B, width[r], r, r), one for each resolution r.</summary>
    public override FeaturePyramid forward(Tensor input)
    {
        var maps = new Dictionary<int, Tensor>();
        using DisposeScope scope = NewDisposeScope();
        Tensor x = _in.Of(input);
        maps[_architecture.ImageSize] = x;
        foreach (Block block in _blocks)
        {
            x = block.call(x);
            int resolution = (int)x.shape[2];
            x = PadChannels(x, _architecture.Widths[resolution]);
            maps[resolution] = x;
        }

        foreach (Tensor map in maps.Values)
        {
            map.MoveToOuterDisposeScope();
        }

        return new FeaturePyramid(maps);
    }

    /// <summary>Zeros for the channels that are missing. Padding keeps the memory layout; joining with fresh zeros would lose it for all later blocks.</summary>
    private static Tensor PadChannels(Tensor x, int width)
    {
        long missing = width - x.shape[1];
        return missing == 0 ? x : nn.functional.pad(x, [0, 0, 0, 0, 0, missing]);
    }
}
