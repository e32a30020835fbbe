using Cvdvae.Model.Layers;
using Cvdvae.Model.Runtime;
using static TorchSharp.torch;

namespace Cvdvae.Model.Sampling;

/// <summary>A diagonal Gaussian of latents by mean and log-sigma (natural logarithm of the standard deviation), (B, zdim, r, r) each.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="LogSigma">The log-sigma.</param>
public readonly record struct Gaussian(Tensor Mean, Tensor LogSigma)
{
    /// <summary>mean + sigma * noise.</summary>
    public Tensor Sample(Tensor noise) => (LogSigma.exp() * noise).Plus(Mean);

    /// <summary>KL(this || other) in nats, element by element, closed form.</summary>
    public Tensor KlDivergence(Gaussian other)
    {
        // As (B, r, r, zdim): the gradient of a sum comes back without a layout, so the arithmetic must be dense in the order of the
        // axes, or every operation of the backward pass would walk one dense and one strided operand.
        (Tensor mean, Tensor logSigma) = (Dense(Mean), Dense(LogSigma));
        (Tensor otherMean, Tensor otherLogSigma) = (Dense(other.Mean), Dense(other.LogSigma));
        Tensor difference = otherLogSigma - logSigma;
        Tensor scaled = (mean - otherMean) * (-otherLogSigma).exp();
        Tensor kl = difference.Minus(0.5).Plus(difference.Times(-2).exp().Plus(scaled.square()).Times(0.5));
        return kl.permute(0, 3, 1, 2);
    }

    // In float32 whatever the networks compute in: sums of many small numbers.
    private static Tensor Dense(Tensor tensor) => tensor.to(ScalarType.Float32).permute(0, 2, 3, 1);

    /// <summary>The first two outputs of a block, mean and log-sigma, from what its last convolution sees. Computed apart, so that both are dense in memory.</summary>
    internal static Gaussian From(Block block, Tensor middle) => new(block.Last[0].Of(middle), block.Last[1].Of(middle));

    /// <summary>Hands both tensors to the dispose scope around the current one.</summary>
    internal Gaussian MoveToOuterDisposeScope() => new(Mean.MoveToOuterDisposeScope(), LogSigma.MoveToOuterDisposeScope());
}
