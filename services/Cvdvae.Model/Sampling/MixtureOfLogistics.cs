using Cvdvae.Model.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Model.Sampling;

/// <summary>
/// The discretised mixture of logistics of PixelCNN++ (Salimans et al. 2017, sections 2.1 and 2.2) as VD-VAE uses it. Values are in [-1, 1];
/// red is drawn first, green depends on red, blue on both, within each component.
/// </summary>
public sealed class MixtureOfLogistics
{
    private const double SmallestLogScale = -7;
    private readonly Tensor _parameters;
    private readonly int _components;

    /// <summary>Reads the parameters of the output network.</summary>
    /// <param name="parameters">(B, 10 M, H, W), channels-first in memory: M logits, then for each colour M locations, M log-scales, M coefficients.</param>
    public MixtureOfLogistics(Tensor parameters)
    {
        _parameters = parameters;
        _components = (int)(parameters.shape[1] / 10);
    }

    /// <summary>Draws pixels. Uniform numbers lie in [1e-5, 1 - 1e-5].</summary>
    /// <param name="componentUniform">(B, M, H, W), for the component.</param>
    /// <param name="logisticUniform">(B, 3, H, W), for the logistic.</param>
    /// <returns>(B, 3, H, W) in [-1, 1].</returns>
    public Tensor Sample(Tensor componentUniform, Tensor logisticUniform)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor chosen = Choose(Logits() - (-componentUniform.log()).log());
        Tensor logScales = cat([chosen.narrow(1, 1, 1), chosen.narrow(1, 4, 1), chosen.narrow(1, 7, 1)], 1).AtLeast(SmallestLogScale);
        Tensor logits = logisticUniform.log() - (-logisticUniform).Plus(1).log();
        return Chain(chosen.chunk(9, 1), logScales.exp_().mul_(logits).chunk(3, 1), 1).MoveToOuterDisposeScope();
    }

    /// <summary>The location of the most likely component, (B, 3, H, W) in [-1, 1].</summary>
    public Tensor Mode()
    {
        using DisposeScope scope = NewDisposeScope();
        return Chain(Choose(Logits()).chunk(9, 1), null, 1).MoveToOuterDisposeScope();
    }

    /// <summary>The locations weighted by the components' probabilities, (B, 3, H, W) in [-1, 1].</summary>
    public Tensor Mean()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weights = nn.functional.softmax(Logits(), 1).unsqueeze(1);                                               // (B, 1, M, H, W)
        Tensor ofComponents = Chain([.. Split().Skip(1).Select(parameter => parameter.unsqueeze(1))], null, 1);         // (B, 3, M, H, W)
        return ofComponents.mul_(weights).sum(2).MoveToOuterDisposeScope();
    }

    /// <summary>Negative log-likelihood of images, nats per dimension, (B).</summary>
    /// <param name="target">(B, 3, H, W) in [-1, 1].</param>
    /// <param name="lowBit">Bins of 5 bits a channel instead of 8.</param>
    public Tensor NegativeLogLikelihood(Tensor target, bool lowBit)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] p = Split();
        Tensor red = target.narrow(1, 0, 1); // (B, 1, H, W), against (B, M, H, W)
        Tensor green = target.narrow(1, 1, 1);
        Tensor blue = target.narrow(1, 2, 1);
        Tensor logProbability = nn.functional.log_softmax(p[0], 1)
            .Plus(LogProbability(red, p[1], p[2], lowBit))
            .Plus(LogProbability(green, p[4].Plus(p[3].tanh() * red), p[5], lowBit))
            .Plus(LogProbability(blue, p[7].Plus(p[6].tanh() * red).Plus(p[9].tanh() * green), p[8], lowBit));
        double dimensions = 3.0 * target.shape[2] * target.shape[3];
        return logProbability.logsumexp(1).sum([1, 2]).Over(-dimensions).MoveToOuterDisposeScope();
    }

    /// <summary>Log-probability of the bin around a value under each component, (B, M, H, W); the outermost bins reach to infinity.</summary>
    private static Tensor LogProbability(Tensor value, Tensor location, Tensor logScale, bool lowBit)
    {
        double halfBin = lowBit ? 1.0 / 31 : 1.0 / 255;
        logScale = logScale.AtLeast(SmallestLogScale);
        Tensor inverseScale = (-logScale).exp();
        Tensor middle = (value - location) * inverseScale;
        Tensor reach = inverseScale.Times(halfBin);
        Tensor upper = middle.Plus(reach);
        Tensor lower = middle - reach;
        Tensor probability = upper.sigmoid() - lower.sigmoid();

        // Where the bin's probability vanishes in single precision, its density times its width stands in for it.
        Tensor logDensity = (middle - logScale - nn.functional.softplus(middle).Times(2)).Minus(Math.Log(lowBit ? 15.5 : 127.5));
        Tensor inner = where(probability.IsAbove(1e-5), probability.AtLeast(1e-12).log(), logDensity);
        Tensor open = where(value.IsBelow(-0.999), upper - nn.functional.softplus(upper), -nn.functional.softplus(lower));
        return where(value.abs().IsAbove(0.999), open, inner);
    }

    /// <summary>
    /// Locations plus noise, clamped colour by colour, each depending on those before.
    /// </summary>
    /// <param name="parameters">For each colour: location, log-scale, coefficient before tanh.</param>
    /// <param name="noise">For each colour, or null for none.</param>
    /// <param name="axis">Along which the colours are joined.</param>
    private static Tensor Chain(Tensor[] parameters, Tensor[]? noise, int axis)
    {
        Tensor Value(int colour) => noise is null ? parameters[3 * colour] : parameters[3 * colour].Plus(noise[colour]);
        Tensor Coefficient(int index) => parameters[3 * index + 2].tanh();

        Tensor red = Value(0).Within(-1, 1);
        Tensor green = Value(1).Plus(Coefficient(0) * red).WithinInPlace(-1, 1);
        Tensor blue = Value(2).Plus(Coefficient(1) * red).Plus(Coefficient(2) * green).WithinInPlace(-1, 1);
        return cat([red, green, blue], axis);
    }

    private Tensor Logits() => _parameters.narrow(1, 0, _components);

    /// <summary>The ten parameters of all components, (B, M, H, W) each.</summary>
    private Tensor[] Split() => _parameters.chunk(10, 1);

    /// <summary>The nine colour parameters of the component with the highest score, (B, 9, H, W).</summary>
    private Tensor Choose(Tensor scores)
    {
        long[] shape = _parameters.shape;
        Tensor colours = _parameters.narrow(1, _components, 9 * _components).view(shape[0], 9, _components, shape[2], shape[3]);
        Tensor index = scores.argmax(1, keepdim: true).unsqueeze(1).expand(-1, 9, -1, -1, -1);
        return colours.gather(2, index).squeeze(2);
    }
}
