using Cvdvae.Model.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Cvdvae.Model.Layers;

/// <summary>
/// The bottleneck block of VD-VAE: 1x1, 3x3, 3x3, 1x1 convolutions with a GELU before each (1x1 throughout at resolutions up to 2),
/// optionally residual, optionally average-pooled at the end.
/// </summary>
public sealed class Block : nn.Module<Tensor, Tensor>
{
    private const int LargestResolutionWithout3x3 = 2;

    [ComponentName(Name = "c1")]
    private readonly Conv2d _c1;
    [ComponentName(Name = "c2")]
    private readonly Conv2d _c2;
    [ComponentName(Name = "c3")]
    private readonly Conv2d _c3;
    [ComponentName(Name = "c4")]
    private readonly Conv2d _c4;
    private readonly bool _spatial;
    private readonly bool _residual;
    private readonly int _downRate;

    /// <summary>Creates a block.</summary>
    /// <param name="input">Channels in.</param>
    /// <param name="middle">Channels inside.</param>
    /// <param name="output">Channels out; equal to <paramref name="input"/> when residual.</param>
    /// <param name="resolution">Side of the feature map that it works at.</param>
    /// <param name="residual">Whether the input is added to the output.</param>
    /// <param name="downRate">Pooling factor at the end; 1: none.</param>
    /// <param name="lastScale">Factor on the initial weights of <c>c4</c>.</param>
    public Block(int input, int middle, int output, int resolution, bool residual = false, int downRate = 1, double lastScale = 1)
        : base(nameof(Block))
    {
        _residual = residual;
        _downRate = downRate;
        _spatial = resolution > LargestResolutionWithout3x3;
        _c1 = Convolutions.Conv1x1(input, middle);
        _c2 = _spatial ? Convolutions.Conv3x3(middle, middle) : Convolutions.Conv1x1(middle, middle);
        _c3 = _spatial ? Convolutions.Conv3x3(middle, middle) : Convolutions.Conv1x1(middle, middle);
        _c4 = Convolutions.Conv1x1(middle, output, lastScale);
        RegisterComponents();
    }

    /// <summary>The first convolution, 1x1; it sees GELU of the block's input.</summary>
    internal Conv2d First => _c1;

    /// <summary>The last convolution, 1x1.</summary>
    internal Conv2d Last => _c4;

    /// <summary>(B, input, r, r) to (B, output, r / downRate, r / downRate).</summary>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor output = _c4.Of(Middle(_c1.Of(Gelu.Of(input))));
        if (_residual)
        {
            output = is_grad_enabled() ? output.Plus(input) : output.PlusInPlace(input);
        }

        if (_downRate > 1)
        {
            output = nn.functional.avg_pool2d(output, _downRate, _downRate);
        }

        return output.MoveToOuterDisposeScope();
    }

    /// <summary>From what <c>c1</c> gives, (B, middle, r, r), to what <c>c4</c> sees, in the same shape. The argument is given up.</summary>
    internal Tensor Middle(Tensor hidden)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor second = Inner(_c2, Gelu.Consume(hidden));
        Tensor third = Inner(_c3, Gelu.Consume(second));
        return Gelu.Consume(third).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// What <c>c4</c> sees in a block over the concatenation of two inputs, (B, C1 + C2, r, r), that are given apart: the first as GELU of it,
    /// the second as what <see cref="Convolutions.OfInputs"/> of <see cref="First"/> makes of GELU of it.
    /// </summary>
    /// <param name="activated">GELU of the first input, (B, C1, r, r).</param>
    /// <param name="secondPart">The second input's part of <c>c1</c>, (B or 1, middle, r, r).</param>
    internal Tensor MiddleOfParts(Tensor activated, Tensor secondPart)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = _c1.OfInputs(activated, 0, withBias: true);
        hidden = is_grad_enabled() ? hidden.Plus(secondPart) : hidden.PlusInPlace(secondPart);
        return Middle(hidden).MoveToOuterDisposeScope();
    }

    private Tensor Inner(Conv2d convolution, Tensor input) => _spatial ? convolution.call(input) : convolution.Of(input);
}
