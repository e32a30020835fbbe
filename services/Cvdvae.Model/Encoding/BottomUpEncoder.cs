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
        Tensor x = Begin(input);
        maps[_architecture.ImageSize] = x;
        for (int index = 0; index < _blocks.Count; index++)
        {
            x = Run(index, x);
            int resolution = (int)x.shape[2];
            if (maps.TryGetValue(resolution, out Tensor? past))
            {
                // Nobody asks for it any more, and at the image's size it is the largest tensor of all; where there are gradients their graph holds what they need.
                past.Dispose();
            }

            maps[resolution] = x;
        }

        foreach (Tensor map in maps.Values)
        {
            map.MoveToOuterDisposeScope();
        }

        return new FeaturePyramid(maps);
    }

    /// <summary>Number of blocks.</summary>
    internal int BlockCount => _blocks.Count;

    /// <summary>What the first block sees, (B, width, H, W), from normalised pixels, (B, 3, H, W).</summary>
    internal Tensor Begin(Tensor input) => _in.Of(input);

    /// <summary>One block, (B, C, r, r) to (B, width, r', r').</summary>
    internal Tensor Run(int index, Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor output = _blocks[index].call(x);
        return PadChannels(output, _architecture.Widths[(int)output.shape[2]]).MoveToOuterDisposeScope();
    }

    /// <summary>Zeros for the channels that are missing. Padding keeps the memory layout; joining with fresh zeros would lose it for all later blocks.</summary>
    private static Tensor PadChannels(Tensor x, int width)
    {
        long missing = width - x.shape[1];
        return missing == 0 ? x : nn.functional.pad(x, [0, 0, 0, 0, 0, missing]);
    }
}
