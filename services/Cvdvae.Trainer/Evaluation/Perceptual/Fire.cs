using Cvdvae.Model.Layers;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Evaluation.Perceptual;

/// <summary>SqueezeNet's module (Iandola et al. 2016, figure 1): a 1x1 convolution to few channels, then 1x1 and 3x3 ones side by side; ReLU after each.</summary>
internal sealed class Fire : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "squeeze")]
    private readonly Conv2d _squeeze;
    [ComponentName(Name = "expand1x1")]
    private readonly Conv2d _expand1x1;
    [ComponentName(Name = "expand3x3")]
    private readonly Conv2d _expand3x3;

    /// <param name="input">Channels in.</param>
    /// <param name="middle">Channels after the squeeze.</param>
    /// <param name="output">Channels out, half of them from each kind of convolution.</param>
    public Fire(int input, int middle, int output)
        : base(nameof(Fire))
    {
        _squeeze = nn.Conv2d(input, middle, 1);
        _expand1x1 = nn.Conv2d(middle, output / 2, 1);
        _expand3x3 = nn.Conv2d(middle, output / 2, 3, padding: 1);
        RegisterComponents();
    }

    /// <summary>(B, input, H, W) to (B, output, H, W).</summary>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor middle = _squeeze.Of(input).relu_();
        return cat([_expand1x1.Of(middle), _expand3x3.call(middle)], 1).relu_().MoveToOuterDisposeScope();
    }
}
