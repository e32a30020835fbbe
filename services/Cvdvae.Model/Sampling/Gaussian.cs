using Cvdvae.Model.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Cvdvae.Model.Sampling;

/// <summary>A diagonal Gaussian of latents by mean and log-sigma (natural logarithm of the standard deviation), (B, zdim, r, r) each.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="LogSigma">The log-sigma.</param>
public readonly record struct Gaussian(Tensor Mean, Tensor LogSigma)
{
    /// <summary>mean + sigma * noise.</summary>
    public Tensor Sample(Tensor noise) => LogSigma.exp() * noise + Mean;

    /// <summary>KL(this || other) in nats, element by element, closed form.</summary>
    public Tensor KlDivergence(Gaussian other)
    {
        Tensor difference = other.LogSigma - LogSigma;
        Tensor scaled = (Mean - other.Mean) * (-other.LogSigma).exp();
        return difference - 0.5 + ((-2 * difference).exp() + scaled.square()) * 0.5;
    }

    /// <summary>
    /// The first 2 zdim channels that a block's last convolution gives: mean, then log-sigma. Computed apart, so that both are dense in memory.
    /// </summary>
    internal static Gaussian From(Conv2d last, Tensor hidden, int zdim) => new(last.ToOutputs(hidden, 0, zdim), last.ToOutputs(hidden, zdim, zdim));

    /// <summary>Hands both tensors to the dispose scope around the current one.</summary>
    internal Gaussian MoveToOuterDisposeScope() => new(Mean.MoveToOuterDisposeScope(), LogSigma.MoveToOuterDisposeScope());
}
