using Cvdvae.Model.Runtime;
using Cvdvae.Model.Sampling;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Sampling;

public sealed class MixtureOfLogisticsTests
{
    private const int Components = 4;
    private static readonly double[] Levels = [0, 1, 2, 7, 8, 100, 127, 128, 200, 247, 248, 253, 254, 255];

    // From bins with a fair share each to bins on both sides of the threshold below which a density replaces the difference of two sigmoids,
    // and log-scales below their floor. In single precision that difference is good to 1e-7.
    [Theory]
    [InlineData(false, 0.5, -2)]
    [InlineData(true, 0.5, -2)]
    [InlineData(false, 0.5, -4)]
    [InlineData(true, 0.5, -4)]
    [InlineData(false, 3, -6)]
    [InlineData(true, 3, -6)]
    [InlineData(false, 1, -12)]
    [InlineData(true, 30, -7)]
    public void NegativeLogLikelihood_RandomPixels_EqualsTheFormula(bool lowBit, double spread, double logScale)
    {
        AssertEqualsFormula(lowBit, spread, logScale, ScalarType.Float64, 1e-9);
        AssertEqualsFormula(lowBit, spread, logScale, ScalarType.Float32, 2e-3);
    }

    [Fact]
    public void NegativeLogLikelihood_AllLevelsOfOneColour_HaveProbabilityOne()
    {
        // Red and green certain: black, with all components far below it.
        using DisposeScope scope = NewDisposeScope();
        Tensor parameters = zeros(1, 10, 1, 1);
        parameters[0, 1] = -40;
        parameters[0, 4] = -40;
        parameters[0, 7] = 0.3;
        parameters[0, 8] = -2;
        var mixture = new MixtureOfLogistics(parameters.expand(256, -1, -1, -1));
        Tensor blue = TestTensors.UpTo(256).view(256, 1, 1, 1).Minus(127.5).Over(127.5);
        Tensor target = cat([ones_like(blue).Times(-1), ones_like(blue).Times(-1), blue], 1);

        double sum = (mixture.NegativeLogLikelihood(target, lowBit: false).Times(-3)).exp().sum().item<float>();

        Assert.Equal(1, sum, 1e-4);
    }

    [Fact]
    public void NegativeLogLikelihood_ImageOfManyPixels_IsTheirMean()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor parameters = TinyModel.Random(1, 2, 10 * Components, 3, 5);
        Tensor target = Pixels(2, 2 * 15).view(2, 15, 3).permute(0, 2, 1).reshape(2, 3, 3, 5);

        Tensor whole = new MixtureOfLogistics(parameters).NegativeLogLikelihood(target, lowBit: false);

        Tensor single = new MixtureOfLogistics(parameters.permute(0, 2, 3, 1).reshape(30, 10 * Components, 1, 1))
            .NegativeLogLikelihood(target.permute(0, 2, 3, 1).reshape(30, 3, 1, 1), lowBit: false);
        TensorAssert.Close(single.view(2, 15).mean([1]), whole);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(false, 30)]
    [InlineData(true, 30)]
    [InlineData(false, 1000)]
    public void NegativeLogLikelihood_ExtremeParameters_HasFiniteValuesAndGradients(bool lowBit, double size)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor parameters = TinyModel.Random(1, 500, 10 * Components, 1, 1).Times(size).requires_grad_(true);
        Tensor target = Pixels(3, 500).view(500, 3, 1, 1);

        Tensor loss = new MixtureOfLogistics(parameters).NegativeLogLikelihood(target, lowBit);
        loss.sum().backward();

        Assert.True(loss.isfinite().all().item<bool>());
        Assert.True(parameters.grad!.isfinite().all().item<bool>());
        Assert.True(parameters.grad!.abs().sum().item<float>() > 0);
    }

    /// <summary>Pixels of edge and inner levels, (n, 3) in [-1, 1].</summary>
    private static Tensor Pixels(int seed, int count)
    {
        var random = new Random(seed);
        return tensor([.. Enumerable.Range(0, 3 * count).Select(_ => (float)((Levels[random.Next(Levels.Length)] - 127.5) / 127.5))]).view(count, 3);
    }

    private static void AssertEqualsFormula(bool lowBit, double spread, double logScale, ScalarType type, double tolerance)
    {
        const int count = 400;
        using DisposeScope scope = NewDisposeScope();
        Tensor parameters = TinyModel.Random(1, count, 10, Components).Times(spread).to(type);
        foreach (long row in new long[] { 2, 5, 8 })
        {
            parameters.narrow(1, row, 1).PlusInPlace(tensor(logScale));
        }

        Tensor target = Pixels(2, count).to(type);

        Tensor actual = new MixtureOfLogistics(parameters.view(count, 10 * Components, 1, 1)).NegativeLogLikelihood(target.view(count, 3, 1, 1), lowBit);

        double[] values = [.. actual.to(ScalarType.Float64).data<double>()];
        double[] flat = [.. parameters.to(ScalarType.Float64).data<double>()];
        double[] pixels = [.. target.to(ScalarType.Float64).data<double>()];
        for (int index = 0; index < count; index++)
        {
            var mixture = new ScalarMixture(flat[(index * 10 * Components)..((index + 1) * 10 * Components)]);
            double expected = mixture.NegativeLogLikelihood([pixels[3 * index], pixels[(3 * index) + 1], pixels[(3 * index) + 2]], lowBit) / 3;
            Assert.Equal(expected, values[index], tolerance * Math.Max(1, Math.Abs(expected)));
        }
    }
}
