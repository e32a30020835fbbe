using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Model.Runtime;

/// <summary>
/// Whether oneDNN's 1x1 convolutions can be trusted in this process. In virtual machines that hide the processor's caches, oneDNN 3.7.1 (of libtorch 2.10) divides the
/// work wrongly where AVX-512 is there: the last output channels are wrong when their number is no multiple of its block, and some sizes end the process. Its 3x3
/// convolutions and all backward passes were right there.
/// </summary>
public static class OneDnnCheck
{
    // Images, side, channels in and out; sizes that were wrong, of the batch from which on libtorch uses oneDNN on any number of threads, and none that crashes.
    private static readonly (int Batch, int Side, int Channels, int Outputs)[] Cases = [(16, 8, 64, 40), (16, 16, 64, 100), (16, 4, 16, 512), (16, 8, 24, 36)];

    private static readonly ConcurrentDictionary<ScalarType, bool> Results = new();

    private static readonly Lazy<OneDnnProgram?> Checked = new(() => OneDnnProgram.Instance is { } program && IsRight(program) ? program : null);

    /// <summary>Whether 1x1 convolutions of a type give what matrix products give; measured once.</summary>
    /// <param name="type">Float32, BFloat16 or Float16.</param>
    public static bool Is1x1Right(ScalarType type) => Results.GetOrAdd(type, Measure);

    /// <summary>Whether convolutions with weights in oneDNN's own order give what matrix products and plain convolutions give, in float32; measured once.</summary>
    public static bool IsOrderedRight => Program is not null;

    /// <summary>The program that computes those, or null where it can't or is wrong.</summary>
    internal static OneDnnProgram? Program => Checked.Value;

    private static bool Measure(ScalarType type)
    {
        using IDisposable mode = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        return Cases.All(size => IsRight(type, size.Batch, size.Side, size.Channels, size.Outputs));
    }

    private static bool IsRight(ScalarType type, int batch, int side, int channels, int outputs)
    {
        // No random numbers: a seed that somebody has set stays where it was.
        Tensor rows = Waves(batch * side * side, channels).to(type);
        Tensor weight = Waves(outputs, channels).to(type);
        Tensor input = rows.view(batch, side, side, channels).permute(0, 3, 1, 2);
        Tensor convolved = nn.functional.conv2d(input, weight.view(outputs, channels, 1, 1)).permute(0, 2, 3, 1).reshape(-1, outputs).to(ScalarType.Float32);
        Tensor product = rows.to(ScalarType.Float32).matmul(weight.to(ScalarType.Float32).t());

        return IsClose(convolved, product);
    }

    private static bool IsRight(OneDnnProgram program)
    {
        using IDisposable mode = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        return Cases.All(size => IsRight(program, size.Batch, size.Side, size.Channels, size.Outputs) && IsRight(program, 1, size.Side, size.Channels, size.Outputs));
    }

    private static bool IsRight(OneDnnProgram program, int batch, int side, int channels, int outputs)
    {
        Tensor input = Waves(batch * side * side, channels).view(batch, side, side, channels).permute(0, 3, 1, 2);
        (Tensor narrow, Tensor wide, Tensor bias) = (Waves(outputs, channels).view(outputs, channels, 1, 1), Waves(outputs, channels * 9).view(outputs, channels, 3, 3), Waves(1, outputs).view(-1));
        Tensor product = nn.functional.linear(input.permute(0, 2, 3, 1), narrow.view(outputs, channels), bias).permute(0, 3, 1, 2);

        // Plain 3x3 convolutions were right wherever 1x1 convolutions were wrong.
        Tensor convolved = nn.functional.conv2d(input, wide, bias, padding: [1, 1]);
        (Tensor ordered, Tensor orderedWide) = (program.Order1x1(narrow), program.Order3x3(wide, side));
        return IsClose(program.Apply1x1(input, ordered, bias, activated: false), product)
            && IsClose(program.Apply1x1(input, ordered, bias, activated: true), nn.functional.gelu(product))
            && IsClose(program.Apply3x3(input, orderedWide, bias, activated: false), convolved)
            && IsClose(program.Apply3x3(input, orderedWide, bias, activated: true), nn.functional.gelu(convolved));
    }

    // A wrong channel has nothing to do with the right one; rounding to 8 bits of mantissa is far below this.
    private static bool IsClose(Tensor output, Tensor expected) => ((output - expected).abs().max() / expected.abs().max()).item<float>() < 0.05f;

    private static Tensor Waves(int rows, int columns) => ones(rows * columns).cumsum(0).Times(0.7).sin().view(rows, columns);
}
