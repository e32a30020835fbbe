using Cvdvae.Model.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Cvdvae.Model.Sampling;

/// <summary>The output network: a 1x1 convolution to the parameters of a discretised mixture of logistics.</summary>
public sealed class DmolNet : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "out_conv")]
    private readonly Conv2d _outConv;
    private readonly Kernel _out;

    /// <summary>Creates the network with random weights.</summary>
    public DmolNet(int width, int mixtures, int resolution)
        : base(nameof(DmolNet))
    {
        _outConv = Convolutions.Conv1x1(width, 10 * mixtures);
        _out = Kernel.Of(_outConv, resolution);
        RegisterComponents();
    }

    /// <summary>px_z, (B, width, H, W), to parameters, (B, 10 mixtures, H, W), channels-first in memory, as <see cref="MixtureOfLogistics"/> reads them.</summary>
    public override Tensor forward(Tensor input)
    {
        using Tensor parameters = _out.Of(input);
        return parameters.contiguous();
    }
}
