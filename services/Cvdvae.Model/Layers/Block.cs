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
    private readonly ModuleList<Kernel> _first;
    private readonly Kernel _second;
    private readonly Kernel _third;
    private readonly ModuleList<Kernel> _last;
    private readonly bool _residual;
    private readonly int _downRate;

    /// <summary>Creates a block of one input and one output.</summary>
    /// <param name="input">Channels in.</param>
    /// <param name="middle">Channels inside.</param>
    /// <param name="output">Channels out; equal to <paramref name="input"/> when residual.</param>
    /// <param name="resolution">Side of the feature map that it works at.</param>
    /// <param name="residual">Whether the input is added to the output.</param>
    /// <param name="downRate">Pooling factor at the end; 1: none.</param>
    /// <param name="lastScale">Factor on the initial weights of <c>c4</c>.</param>
    public Block(int input, int middle, int output, int resolution, bool residual = false, int downRate = 1, double lastScale = 1)
        : this([input], middle, [output], resolution, residual, downRate, lastScale)
    {
    }

    /// <summary>Creates a block over the concatenation of some inputs, which gives the concatenation of some outputs: its user computes the parts of the first and the last convolution apart.</summary>
    /// <param name="inputs">Channels of each input.</param>
    /// <param name="middle">Channels inside.</param>
    /// <param name="outputs">Channels of each output.</param>
    /// <param name="resolution">Side of the feature map that it works at.</param>
    /// <param name="lastScale">Factor on the initial weights of <c>c4</c>.</param>
    internal Block(IReadOnlyList<int> inputs, int middle, IReadOnlyList<int> outputs, int resolution, double lastScale = 1)
        : this(inputs, middle, outputs, resolution, residual: false, downRate: 1, lastScale)
    {
    }

    private Block(IReadOnlyList<int> inputs, int middle, IReadOnlyList<int> outputs, int resolution, bool residual, int downRate, double lastScale)
        : base(nameof(Block))
    {
        _residual = residual;
        _downRate = downRate;
        bool spatial = resolution > LargestResolutionWithout3x3;
        _c1 = Convolutions.Conv1x1(inputs.Sum(), middle);
        _c2 = spatial ? Convolutions.Conv3x3(middle, middle) : Convolutions.Conv1x1(middle, middle);
        _c3 = spatial ? Convolutions.Conv3x3(middle, middle) : Convolutions.Conv1x1(middle, middle);
        _c4 = Convolutions.Conv1x1(middle, outputs.Sum(), lastScale);
        _first = Parts(inputs, (first, count) => Kernel.OfInputs(_c1, resolution, first, count));
        _second = Kernel.Of(_c2, resolution);
        _third = Kernel.Of(_c3, resolution);
        _last = Parts(outputs, (first, count) => Kernel.OfOutputs(_c4, resolution, first, count));
        RegisterComponents();
    }

    /// <summary>The first convolution, 1x1, by inputs; it sees GELU of them.</summary>
    internal ModuleList<Kernel> First => _first;

    /// <summary>The last convolution, 1x1, by outputs.</summary>
    internal ModuleList<Kernel> Last => _last;

    /// <summary>(B, input, r, r) to (B, output, r / downRate, r / downRate).</summary>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor middle = Middle(FirstOf(input));
        Tensor output = _residual ? _last.Single().SumOf(middle, input) : _last.Single().Of(middle);
        if (_downRate > 1)
        {
            output = nn.functional.avg_pool2d(output, _downRate, _downRate);
        }

        return output.MoveToOuterDisposeScope();
    }

    /// <summary>GELU of what <c>c1</c> gives. GELU of the input, as large as the input, is given up at once.</summary>
    private Tensor FirstOf(Tensor input)
    {
        using Tensor activated = Gelu.Of(input);
        return _first.Single().ActivatedOf(activated);
    }

    /// <summary>From GELU of what <c>c1</c> gives to what <c>c4</c> sees, (B, middle, r, r) both.</summary>
    internal Tensor Middle(Tensor activated)
    {
        using DisposeScope scope = NewDisposeScope();
        return _third.ActivatedOf(_second.ActivatedOf(activated)).MoveToOuterDisposeScope();
    }

    /// <summary>What <c>c4</c> sees in a block of two inputs, (B, middle, r, r).</summary>
    /// <param name="activated">GELU of the first input, (B, C1, r, r).</param>
    /// <param name="secondPart">What the second part of <see cref="First"/> makes of GELU of the second input, (B or 1, middle, r, r).</param>
    internal Tensor MiddleOfParts(Tensor activated, Tensor secondPart)
    {
        using DisposeScope scope = NewDisposeScope();
        return Middle(Gelu.Consume(_first[0].SumOf(activated, secondPart))).MoveToOuterDisposeScope();
    }

    private static ModuleList<Kernel> Parts(IReadOnlyList<int> counts, Func<int, int, Kernel> part)
    {
        int first = 0;
        return new ModuleList<Kernel>([.. counts.Select(count => part((first += count) - count, count))]);
    }
}
