using Cvdvae.Model.Previews;
using Cvdvae.Model.Runtime;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Previews;

public sealed class PreviewRegressionTests : IDisposable
{
    private const int Width = 6;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Generator _random = new(3);

    public void Dispose()
    {
        _scope.Dispose();
        _random.Dispose();
    }

    [Theory]
    [InlineData(4)]
    [InlineData(64)]
    public void Solve_AffineTarget_RecoversIt(int resolution)
    {
        Tensor weight = randn(3, Width, dtype: ScalarType.Float64, generator: _random).Times(0.1);
        Tensor bias = randn(3, dtype: ScalarType.Float64, generator: _random).Times(0.1);
        using var regression = new PreviewRegression(Width);

        foreach ((NormalEquations equations, int first) in new[] { (regression.Fitting, 0), (regression.Checking, 8) })
        {
            Tensor features = randn([8, resolution, resolution, Width], generator: _random);
            Tensor target = features.to(ScalarType.Float64).matmul(weight.t()).Plus(bias);
            equations.Add(PixelRows.Of(features, first), PixelRows.Of(target, first));
        }

        using AffineMap map = regression.Solve();
        Assert.True(map.Weight.allclose(weight, 1e-5, 1e-6));
        Assert.True(map.Bias.allclose(bias, 1e-5, 1e-6));
    }

    [Fact]
    public void ChooseRidge_NoiseAndFewRows_DoesBetterOnNewRowsThanWithout()
    {
        const int Wide = 40;
        Tensor weight = randn(3, Wide, dtype: ScalarType.Float64, generator: _random).Times(0.05);
        (Tensor Features, Tensor Colours) Rows(int count)
        {
            Tensor features = randn(count, Wide, dtype: ScalarType.Float64, generator: _random);
            return (features, features.mm(weight.t()).Plus(randn(count, 3, dtype: ScalarType.Float64, generator: _random)));
        }

        using var regression = new PreviewRegression(Wide);
        using var unseen = new NormalEquations(Wide);
        (Tensor fitted, Tensor fittedColours) = Rows(45);
        (Tensor check, Tensor checkColours) = Rows(2000);
        (Tensor test, Tensor testColours) = Rows(2000);
        regression.Fitting.Add(fitted, fittedColours);
        using AffineMap loose = regression.Fitting.Solve(1e-7);

        regression.Checking.Add(check, checkColours);
        double chosen = regression.ChooseRidge();
        using AffineMap held = regression.Fitting.Solve(chosen);

        unseen.Add(test, testColours);
        Assert.True(chosen >= 0.1, $"ridge {chosen}");
        Assert.True(unseen.MeanSquaredError(held) < 0.7 * unseen.MeanSquaredError(loose));
    }
}
