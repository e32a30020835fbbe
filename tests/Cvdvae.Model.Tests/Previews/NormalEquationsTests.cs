using Cvdvae.Model.Previews;
using Cvdvae.Model.Runtime;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Previews;

public sealed class NormalEquationsTests : IDisposable
{
    private const int Width = 5;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Generator _random = new(1);

    public void Dispose()
    {
        _scope.Dispose();
        _random.Dispose();
    }

    [Fact]
    public void Solve_TinyRidge_EqualsDenseLeastSquares()
    {
        (Tensor features, Tensor colours) = Rows(200);
        using NormalEquations equations = Filled(features, colours);

        using AffineMap map = equations.Solve(1e-12);

        Tensor expected = linalg.lstsq(cat([features, ones(200, 1, dtype: ScalarType.Float64)], 1), colours).Solution; // (C + 1, 3)
        Assert.True(map.Weight.t().allclose(expected.narrow(0, 0, Width), 1e-8, 1e-8));
        Assert.True(map.Bias.allclose(expected[Width], 1e-8, 1e-8));
    }

    [Fact]
    public void Solve_AnyRidge_SetsTheGradientToZero()
    {
        const double Ridge = 0.3;
        (Tensor features, Tensor colours) = Rows(40);
        using NormalEquations equations = Filled(features, colours);

        using AffineMap map = equations.Solve(Ridge);

        Tensor error = features.mm(map.Weight.t()).Plus(map.Bias) - colours;
        double variance = features.var(0, unbiased: false).mean().item<double>();
        Tensor gradient = error.t().mm(features).Over(40).Plus(map.Weight.Times(Ridge * variance));
        Assert.True(gradient.abs().max().item<double>() < 1e-10);
        Assert.True(error.mean([0]).abs().max().item<double>() < 1e-10);
    }

    [Fact]
    public void Solve_MoreUnknownsThanRows_StaysFiniteAndClose()
    {
        (Tensor features, Tensor colours) = Rows(3);
        using NormalEquations equations = Filled(features, colours);

        using AffineMap map = equations.Solve(1e-6);

        Assert.True(map.Weight.isfinite().all().item<bool>());
        Assert.True(equations.MeanSquaredError(map) < 1e-6);
    }

    [Fact]
    public void Solve_HugeRidge_GivesTheMeanColour()
    {
        (Tensor features, Tensor colours) = Rows(50);
        using NormalEquations equations = Filled(features, colours);

        using AffineMap map = equations.Solve(1e12);

        Assert.True(map.Weight.abs().max().item<double>() < 1e-9);
        Assert.True(map.Bias.allclose(colours.mean([0]), 1e-8, 1e-8));
    }

    [Fact]
    public void Solve_ConstantFeatures_GivesTheMeanColour()
    {
        Tensor features = ones(20, Width, dtype: ScalarType.Float64).Times(3);
        Tensor colours = rand(20, 3, dtype: ScalarType.Float64, generator: _random);
        using NormalEquations equations = Filled(features, colours);

        using AffineMap map = equations.Solve(1e-3);

        Tensor predicted = map.Weight.sum([1]).Times(3).Plus(map.Bias);
        Assert.True(predicted.allclose(colours.mean([0]), 1e-9, 1e-9));
    }

    [Fact]
    public void Solve_ScaledFeatures_PredictsTheSame()
    {
        (Tensor features, Tensor colours) = Rows(60);
        using NormalEquations plain = Filled(features, colours);
        using NormalEquations scaled = Filled(features.Times(1000), colours);

        using AffineMap map = plain.Solve(0.1);
        using AffineMap scaledMap = scaled.Solve(0.1);

        Assert.True(map.Weight.allclose(scaledMap.Weight.Times(1000), 1e-8, 1e-10));
        Assert.True(map.Bias.allclose(scaledMap.Bias, 1e-8, 1e-10));
    }

    [Fact]
    public void Add_InParts_EqualsAllAtOnce()
    {
        (Tensor features, Tensor colours) = Rows(30);
        using NormalEquations whole = Filled(features, colours);
        using NormalEquations first = Filled(features.narrow(0, 0, 7), colours.narrow(0, 0, 7));
        using NormalEquations second = Filled(features.narrow(0, 7, 10), colours.narrow(0, 7, 10));

        second.Add(features.narrow(0, 17, 13), colours.narrow(0, 17, 13));
        first.Add(second);

        using AffineMap expected = whole.Solve(0.01);
        using AffineMap actual = first.Solve(0.01);
        Assert.True(actual.Weight.allclose(expected.Weight, 1e-10, 1e-12));
        Assert.True(actual.Bias.allclose(expected.Bias, 1e-10, 1e-12));
    }

    [Fact]
    public void MeanSquaredError_OfAMap_EqualsTheRowsErrors()
    {
        (Tensor features, Tensor colours) = Rows(30);
        using NormalEquations equations = Filled(features, colours);
        using AffineMap map = equations.Solve(1);

        double expected = (features.mm(map.Weight.t()).Plus(map.Bias) - colours).square().mean().item<double>();

        Assert.Equal(expected, equations.MeanSquaredError(map), 1e-12);
    }

    private static NormalEquations Filled(Tensor features, Tensor colours)
    {
        var equations = new NormalEquations(Width);
        equations.Add(features, colours);
        return equations;
    }

    /// <summary>Features with means and correlations, and colours that depend on them in part.</summary>
    private (Tensor Features, Tensor Colours) Rows(int count)
    {
        Tensor mix = randn(Width, Width, dtype: ScalarType.Float64, generator: _random);
        Tensor features = randn(count, Width, dtype: ScalarType.Float64, generator: _random).mm(mix).Plus(2);
        Tensor colours = features.square().narrow(1, 0, 3).Times(0.1).Plus(randn(count, 3, dtype: ScalarType.Float64, generator: _random));
        return (features, colours);
    }
}
