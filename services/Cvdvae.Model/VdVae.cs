using Cvdvae.Model.Configuration;
using Cvdvae.Model.Decoding;
using Cvdvae.Model.Encoding;
using Cvdvae.Model.Layers;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Sampling;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Cvdvae.Model;

/// <summary>
/// The whole VD-VAE (Child 2021) with its high-res posterior: for training a prior, for training low-res encoders against it, for reconstructions and
/// for verification. Serving uses <see cref="TopDownDecoder"/> alone.
/// </summary>
public sealed class VdVae : nn.Module
{
    [ComponentName(Name = "encoder")]
    private readonly BottomUpEncoder _encoder;
    [ComponentName(Name = "decoder")]
    private readonly TopDownDecoder _decoder;

    /// <summary>Creates the model with random weights.</summary>
    public VdVae(PriorArchitecture architecture)
        : base(nameof(VdVae))
    {
        Architecture = architecture;
        _encoder = new BottomUpEncoder(architecture.BottomUp);
        _decoder = new TopDownDecoder(architecture, withPosterior: true);
        RegisterComponents();
    }

    /// <summary>The structure.</summary>
    public PriorArchitecture Architecture { get; }

    /// <summary>The bottom-up encoder of high-res images.</summary>
    public BottomUpEncoder Encoder => _encoder;

    /// <summary>The top-down decoder with its posteriors.</summary>
    public TopDownDecoder Decoder => _decoder;

    /// <summary>Levels 0..255, any type, (B, 3, H, W), to the normalised pixels of the official program, fp32, channels-last.</summary>
    public Tensor Normalize(Tensor levels) => PixelInput.Normalize(levels, Architecture.Hyperparameters);

    /// <summary>The likelihood's target: levels 0..255 (B, 3, H, W) to the same shape in [-1, 1], with the low 3 bits zeroed where the likelihood has 5 bits.</summary>
    public Tensor Target(Tensor levels)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor values = levels.to(ScalarType.Float32);
        values = Architecture.Hyperparameters.IsLowBit ? values.Over(8).floor().Times(8) : values;
        return values.Minus(127.5).Over(127.5).MoveToOuterDisposeScope();
    }

    /// <summary>The evidence lower bound of images.</summary>
    /// <param name="normalized">(B, 3, H, W), from <see cref="Normalize"/>.</param>
    /// <param name="target">(B, 3, H, W), from <see cref="Target"/>.</param>
    /// <param name="noise">From (group, tensor) to standard normal numbers of its shape.</param>
    public Elbo Evaluate(Tensor normalized, Tensor target, Func<int, Tensor, Tensor> noise)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor? rate = null;
        double dimensions = normalized.numel() / (double)normalized.shape[0];
        Tensor features = WalkPosterior(normalized, Architecture.Groups.Count, noise, (_, step) =>
        {
            Tensor kl = step.Kl.sum([1, 2, 3]);
            rate = rate is null ? kl : rate.Plus(kl);
        });
        Tensor distortion = new MixtureOfLogistics(_decoder.PixelParameters(features)).NegativeLogLikelihood(target, Architecture.Hyperparameters.IsLowBit);
        return new Elbo(distortion.MoveToOuterDisposeScope(), rate!.Over(dimensions).MoveToOuterDisposeScope());
    }

    /// <summary>Runs the first groups of the decoder with the latents of high-res images.</summary>
    /// <param name="normalized">(B, 3, H, W), from <see cref="Normalize"/>.</param>
    /// <param name="groups">How many groups.</param>
    /// <param name="noise">From (group, tensor) to standard normal numbers of its shape.</param>
    /// <param name="visit">Sees each group's step. All tensors belong to the caller's dispose scope.</param>
    /// <returns>Features after the last of them, (B, width, r, r).</returns>
    internal Tensor WalkPosterior(Tensor normalized, int groups, Func<int, Tensor, Tensor> noise, Action<LatentGroup, PosteriorStep> visit)
    {
        FeaturePyramid pyramid = _encoder.call(normalized);
        var activated = new Dictionary<int, Tensor>();
        Tensor? x = null;
        foreach (LatentGroup group in Architecture.Groups.Take(groups))
        {
            if (!activated.TryGetValue(group.Resolution, out Tensor? map))
            {
                map = Gelu.Of(pyramid[group.Resolution]);
                activated.Add(group.Resolution, map);
            }

            x = _decoder.Enter(group, x, (int)normalized.shape[0]);
            PosteriorStep step = _decoder.BlockOf(group).Posterior(x, map, like => noise(group.Index, like));
            visit(group, step);
            x = step.Features;
        }

        return x!;
    }
}
