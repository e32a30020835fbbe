using Cvdvae.Model.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Cvdvae.Model.Layers;

/// <summary>
/// A 1x1 or 3x3 convolution as layers apply it: a whole one, some of its channels, or two that share their output. It reads the parameters at every call, so that they may change and gradients reach them, until it is
/// <see cref="Freeze">frozen</see>: then it has weights of its own, in the order in which the device wants them.
/// </summary>
internal sealed class Kernel : nn.Module
{
    // Multiply-adds below which a matrix product with its GELU is done before oneDNN has started.
    private const long LeastWork = 2_000_000;

    private readonly Func<(Tensor Weight, Tensor? Bias)> _read;
    private readonly IReadOnlyList<Conv2d> _sources;
    private readonly bool _isSpatial;
    private readonly int _resolution;
    private bool _isSummand;
    private OneDnnProgram? _program;
    private Tensor? _ordered;
    private Tensor? _weight;
    private Tensor? _bias;
    private bool _isFrozen;

    private Kernel(Func<(Tensor Weight, Tensor? Bias)> read, int resolution, bool isSpatial, params IReadOnlyList<Conv2d> sources)
        : base(nameof(Kernel))
    {
        _read = read;
        _sources = sources;
        _isSpatial = isSpatial;
        _resolution = resolution;
    }

    /// <summary>The convolutions whose parameters it reads.</summary>
    public IEnumerable<Conv2d> Sources => _sources;

    /// <summary>A whole convolution.</summary>
    /// <param name="convolution">1x1, or 3x3 that keeps the size.</param>
    /// <param name="resolution">Side of the maps that it sees.</param>
    public static Kernel Of(Conv2d convolution, int resolution) =>
        new(() => (convolution.weight, convolution.bias), resolution, convolution.weight.shape[^1] > 1, convolution);

    /// <summary>Input channels [<paramref name="first"/>, + <paramref name="count"/>) of a 1x1 convolution: the parts of a concatenated input can so be computed apart and added. The bias goes with the first part.</summary>
    public static Kernel OfInputs(Conv2d convolution, int resolution, long first, long count) =>
        new(() => (convolution.weight.narrow(1, first, count), first == 0 ? convolution.bias : null), resolution, isSpatial: false, convolution);

    /// <summary>Output channels [<paramref name="first"/>, + <paramref name="count"/>) of a 1x1 convolution, with their bias.</summary>
    public static Kernel OfOutputs(Conv2d convolution, int resolution, long first, long count) =>
        new(() => (convolution.weight.narrow(0, first, count), convolution.bias!.narrow(0, first, count)), resolution, isSpatial: false, convolution);

    /// <summary>The sum of two 1x1 convolutions, over the concatenation of their inputs. They can't be applied apart once they are frozen.</summary>
    public static Kernel Sum(Kernel one, Kernel other)
    {
        (one._isSummand, other._isSummand) = (true, true);
        return new Kernel(
            () =>
            {
                ((Tensor weight, Tensor? bias), (Tensor otherWeight, Tensor? otherBias)) = (one._read(), other._read());
                return (cat([weight, otherWeight], 1), bias!.Plus(otherBias!));
            },
            one._resolution,
            isSpatial: false,
            [.. one._sources, .. other._sources]);
    }

    /// <summary>The convolution of (B, in, r, r), (B, out, r, r).</summary>
    public Tensor Of(Tensor input) => Apply(input, activated: false);

    /// <summary>GELU of the convolution of (B, in, r, r), (B, out, r, r).</summary>
    public Tensor ActivatedOf(Tensor input) => Apply(input, activated: true);

    /// <summary>A 1x1 convolution of (B, in, r, r) plus another tensor, (B or 1, out, r, r).</summary>
    public Tensor SumOf(Tensor input, Tensor other)
    {
        // oneDNN can add on the way, at twice the time of the convolution.
        Tensor output = Of(input);
        return is_grad_enabled() ? output.Plus(other) : output.PlusInPlace(other);
    }

    /// <summary>
    /// Takes the weights as they are now, in the order in which the device wants them; later changes of the parameters are not seen. Nothing happens, and the parameters stay in use, on a processor where they are not float32 or where
    /// its results in that order are wrong.
    /// </summary>
    /// <returns>Whether the parameters are no longer needed.</returns>
    public bool Freeze()
    {
        if (_isFrozen || _isSummand)
        {
            return true;
        }

        using IDisposable mode = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        (Tensor weight, Tensor? bias) = _read();
        if (weight.device_type == DeviceType.CUDA)
        {
            // As they are, but put together and in the order of the maps for good, not at every call.
            _weight = weight.Laid().clone().DetachFromDisposeScope();
            _bias = bias?.clone().DetachFromDisposeScope();
            return _isFrozen = true;
        }

        if (weight.device_type != DeviceType.CPU || weight.dtype != ScalarType.Float32 || OneDnnCheck.Program is not { } program)
        {
            return false;
        }

        bool canOrder = _isSpatial || weight.shape[1] % 2 == 0;
        if (canOrder)
        {
            _ordered = (_isSpatial ? program.Order3x3(weight, _resolution) : program.Order1x1(weight)).DetachFromDisposeScope();
        }

        if (!canOrder || (!_isSpatial && weight.numel() * _resolution * _resolution < LeastWork))
        {
            _weight = weight.clone().DetachFromDisposeScope();
        }

        _bias = (bias?.clone() ?? zeros(weight.shape[0])).DetachFromDisposeScope();
        _program = program;
        return _isFrozen = true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _ordered?.Dispose();
            _weight?.Dispose();
            _bias?.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool IsForProgram(Tensor input) =>
        _ordered is not null && (_weight is null || input.shape[0] * input.shape[2] * input.shape[3] * _weight.numel() >= LeastWork);

    private Tensor Apply(Tensor input, bool activated)
    {
        if (IsForProgram(input))
        {
            return _isSpatial ? _program!.Apply3x3(input, _ordered!, _bias!, activated) : _program!.Apply1x1(input, _ordered!, _bias!, activated);
        }

        using DisposeScope scope = NewDisposeScope();
        (Tensor weight, Tensor? bias) = _weight is null ? _read() : (_weight, _bias);
        if (weight.dtype != input.dtype)
        {
            // Training in bfloat16: the parameters and their gradients stay float32.
            (weight, bias) = (weight.to(input.dtype), bias?.to(input.dtype));
        }

        Tensor output = _isSpatial ? nn.functional.conv2d(input, weight, bias, padding: [1, 1]) : Convolutions.Apply1x1(input, weight, bias);
        return (activated ? Gelu.Consume(output) : output).MoveToOuterDisposeScope();
    }
}
