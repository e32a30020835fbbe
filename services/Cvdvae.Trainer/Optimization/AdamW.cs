using Cvdvae.Model.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Optimization;

/// <summary>AdamW (Loshchilov and Hutter 2019, algorithm 2) over flat tensors, with a bias correction of both moments.</summary>
internal sealed class AdamW : IDisposable
{
    private const double Epsilon = 1e-8;
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly double _weightDecay;

    public AdamW(FlatParameters parameters, double beta1, double beta2, double weightDecay)
    {
        Parameters = parameters;
        (_beta1, _beta2, _weightDecay) = (beta1, beta2, weightDecay);
        FirstMoment = zeros_like(parameters.Values).DetachFromDisposeScope();
        SecondMoment = zeros_like(parameters.Values).DetachFromDisposeScope();
    }

    public FlatParameters Parameters { get; }

    /// <summary>Running mean of the gradients, (n).</summary>
    public Tensor FirstMoment { get; }

    /// <summary>Running mean of their squares, (n).</summary>
    public Tensor SecondMoment { get; }

    /// <summary>Number of updates so far.</summary>
    public long Updates { get; set; }

    /// <summary>One update with the gradients as they are, times <paramref name="gradientFactor"/> (below 1 where their norm was clipped).</summary>
    public void Step(double learningRate, double gradientFactor)
    {
        using IDisposable mode = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Updates++;
        Tensor gradient = Parameters.Gradients;
        if (gradientFactor != 1)
        {
            gradient.TimesInPlace(gradientFactor);
        }

        FirstMoment.lerp_(gradient, 1 - _beta1);
        using Scalar fresh = (1 - _beta2).ToScalar();
        SecondMoment.TimesInPlace(_beta2).addcmul_(gradient, gradient, fresh);
        double correction1 = 1 - Math.Pow(_beta1, Updates);
        double correction2 = 1 - Math.Pow(_beta2, Updates);
        Tensor denominator = SecondMoment.sqrt().TimesInPlace(1 / Math.Sqrt(correction2)).Plus(Epsilon);
        if (_weightDecay != 0)
        {
            Parameters.Values.TimesInPlace(1 - learningRate * _weightDecay);
        }

        using Scalar step = (-learningRate / correction1).ToScalar();
        Parameters.Values.addcdiv_(FirstMoment, denominator, step);
    }

    public void Dispose()
    {
        FirstMoment.Dispose();
        SecondMoment.Dispose();
    }
}
