using Cvdvae.Trainer.Optimization;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Tests.Optimization;

public sealed class AdamWTests
{
    private const double Rate = 0.01;

    [Theory]
    [InlineData(0.9, 0.9, 0.01)]
    [InlineData(0.9, 0.999, 0)]
    [InlineData(0, 0.99, 0.1)]
    public void Step_SeveralGradients_FollowsTheDefinition(double beta1, double beta2, double decay)
    {
        using var module = nn.Linear(3, 2);
        using var flat = new FlatParameters(module);
        using var optimizer = new AdamW(flat, beta1, beta2, decay);
        double[] values = Numbers(flat.Values);
        double[] first = new double[values.Length];
        double[] second = new double[values.Length];
        var random = new Random(3);
        for (int step = 1; step <= 5; step++)
        {
            double[] gradients = [.. values.Select(_ => random.NextDouble() - 0.3)];
            flat.Gradients.copy_(tensor(gradients, ScalarType.Float32));
            optimizer.Step(Rate, gradientFactor: 0.5);
            for (int index = 0; index < values.Length; index++)
            {
                double gradient = gradients[index] * 0.5;
                first[index] = beta1 * first[index] + (1 - beta1) * gradient;
                second[index] = beta2 * second[index] + (1 - beta2) * gradient * gradient;
                double mean = first[index] / (1 - Math.Pow(beta1, step));
                double square = second[index] / (1 - Math.Pow(beta2, step));
                values[index] -= Rate * (decay * values[index] + mean / (Math.Sqrt(square) + 1e-8));
            }

            double[] actual = Numbers(flat.Values);
            Assert.All(values, (expected, index) => Assert.Equal(expected, actual[index], 1e-6));
        }

        Assert.Equal(5, optimizer.Updates);
    }

    private static double[] Numbers(Tensor values) => [.. values.data<float>().ToArray().Select(value => (double)value)];
}
