using Cvdvae.Model.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Model.Previews;

/// <summary>
/// Least squares of colours against features, fed piece by piece: only the second moments of (features, 1, colour) are kept, (C + 4) x (C + 4)
/// in double precision on the CPU.
/// </summary>
internal sealed class NormalEquations : IDisposable
{
    private readonly int _width;
    private readonly Tensor _moments;

    public NormalEquations(int width)
    {
        _width = width;
        _moments = zeros(width + 4, width + 4, dtype: ScalarType.Float64).DetachFromDisposeScope();
    }

    /// <summary>Adds rows.</summary>
    /// <param name="features">(n, C), double precision, on the CPU.</param>
    /// <param name="colours">(n, 3), the same.</param>
    public void Add(Tensor features, Tensor colours)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = cat([features, ones(features.shape[0], 1, dtype: ScalarType.Float64), colours], 1);
        _moments.PlusInPlace(rows.t().mm(rows));
    }

    /// <summary>Adds the rows of another system.</summary>
    public void Add(NormalEquations other) => _moments.PlusInPlace(other._moments);

    /// <summary>
    /// The map that minimises the mean of |colour - (W x + b)|^2 plus <paramref name="ridge"/> v |W|^2, with v the mean variance of the features: the
    /// same number means the same at any width and scale of the features. The bias is not held back.
    /// </summary>
    /// <param name="ridge">Above 0.</param>
    public AffineMap Solve(double ridge)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor means = _moments.narrow(0, _width, 1).Over(Count());                       // (1, C + 4)
        Tensor covariance = _moments.Over(Count()) - means.t().mm(means);
        Tensor ofFeatures = covariance.narrow(0, 0, _width);
        Tensor between = ofFeatures.narrow(1, _width + 1, 3);                         // (C, 3)
        Tensor within = ofFeatures.narrow(1, 0, _width);                              // (C, C)

        // Features that never change leave nothing to solve: any ridge makes their weights 0.
        double variance = within.diagonal().mean().item<double>();
        double penalty = variance > 0 ? ridge * variance : 1;
        Tensor weight = linalg.solve(within.Plus(eye(_width, dtype: ScalarType.Float64).Times(penalty)), between).t().contiguous();
        Tensor bias = means.narrow(1, _width + 1, 3).squeeze(0) - weight.mv(means.narrow(1, 0, _width).squeeze(0));
        return new AffineMap(weight.DetachFromDisposeScope(), bias.DetachFromDisposeScope());
    }

    /// <summary>Mean squared error of a map over all rows and colours, without going through the rows again.</summary>
    public double MeanSquaredError(AffineMap map)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor residual = cat([map.Weight.t(), map.Bias.unsqueeze(0), -eye(3, dtype: ScalarType.Float64)], 0); // (C + 4, 3)
        return (residual * _moments.mm(residual)).sum().item<double>() / (3 * Count());
    }

    public void Dispose() => _moments.Dispose();

    private double Count() => _moments[_width, _width].item<double>();
}
