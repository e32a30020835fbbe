using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests;

internal static class TensorAssert
{
    /// <summary>No element differs by more than the tolerance times the largest magnitude expected, and all are finite.</summary>
    public static void Close(Tensor expected, Tensor actual, double relative = 1e-5)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.InRange(RelativeError(expected, actual), 0, relative);
    }

    public static void Differ(Tensor one, Tensor other)
    {
        Assert.Equal(one.shape, other.shape);
        Assert.InRange(RelativeError(one, other), 0.01, double.MaxValue);
    }

    public static void Equal(Tensor expected, Tensor actual) => Close(expected, actual, 0);

    // NaN fails every range.
    private static double RelativeError(Tensor expected, Tensor actual)
    {
        using var scope = NewDisposeScope();
        Tensor difference = (actual.to(ScalarType.Float64) - expected.to(ScalarType.Float64)).abs().max();
        return difference.item<double>() / Math.Max(expected.to(ScalarType.Float64).abs().max().item<double>(), 1e-30);
    }
}
