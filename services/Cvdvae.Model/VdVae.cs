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
        Tensor distortion = Distortion(features, target);
        return new Elbo(distortion.MoveToOuterDisposeScope(), rate!.Over(dimensions).MoveToOuterDisposeScope());
    }

    /// <summary>
    /// Adds the gradient of the <see cref="Elbo.Mean"/> of images, times a factor. Blocks and groups run twice: forward without gradients, keeping what each sees, then backward one after
    /// the other, so that memory holds the inner workings of one at a time.
    /// </summary>
    /// <param name="normalized">(B, 3, H, W), from <see cref="Normalize"/>, in the type to compute in.</param>
    /// <param name="target">(B, 3, H, W), from <see cref="Target"/>.</param>
    /// <param name="noise">From (group, tensor) to standard normal numbers of its shape, the same at every call.</param>
    /// <param name="factor">Factor of the gradient.</param>
    /// <returns>The bound, without gradients.</returns>
    public Elbo Learn(Tensor normalized, Tensor target, Func<int, Tensor, Tensor> noise, double factor)
    {
        using DisposeScope scope = NewDisposeScope();
        using var pass = new BottomUpPass(_encoder, normalized, recompute: true);
        double dimensions = normalized.numel() / (double)normalized.shape[0];
        var seen = new List<Tensor?> { null };
        Tensor rate = zeros(normalized.shape[0], device: normalized.device);
        using (no_grad())
        {
            foreach (LatentGroup group in Architecture.Groups)
            {
                using DisposeScope inner = NewDisposeScope();
                PosteriorStep step = Step(group, seen[^1], pass, noise);
                rate.PlusInPlace(step.Kl.sum([1, 2, 3]));
                seen.Add(step.Features.MoveToOuterDisposeScope());
            }
        }

        Tensor features = seen[^1]!.detach().requires_grad_();
        Tensor distortion = Distortion(features, target);
        distortion.mean().Times(factor).backward();
        Tensor gradient = features.grad!;
        for (int index = Architecture.Groups.Count - 1; index >= 0; index--)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor? input = seen[index]?.detach().requires_grad_();
            PosteriorStep step = Step(Architecture.Groups[index], input, pass, noise);
            Tensor share = step.Kl.sum([1, 2, 3]).Over(dimensions).mean().Times(factor);
            autograd.backward([step.Features, share], [gradient, ones_like(share)]);
            seen[index + 1]!.Dispose();
            gradient.Dispose();
            gradient = input?.grad!.MoveToOuterDisposeScope()!;
        }

        pass.Backward();
        return new Elbo(distortion.detach().MoveToOuterDisposeScope(), rate.Over(dimensions).MoveToOuterDisposeScope());
    }

    /// <summary>Negative log-likelihood of images in nats per dimension, (B), from the features after the last group; in float32 whatever they are in.</summary>
    internal Tensor Distortion(Tensor features, Tensor target)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor parameters = _decoder.PixelParameters(features.to(ScalarType.Float32));
        return new MixtureOfLogistics(parameters).NegativeLogLikelihood(target, Architecture.Hyperparameters.IsLowBit).MoveToOuterDisposeScope();
    }

    /// <summary>Features that a group starts from, in the type that the networks compute in: that of the maps.</summary>
    internal Tensor Enter(LatentGroup group, Tensor? features, Tensor map) => _decoder.Enter(group, features, (int)map.shape[0]).to(map.dtype);

    /// <summary>Runs the first groups of the decoder with the latents of high-res images, without gradients; no more is kept than the way on needs.</summary>
    /// <param name="normalized">(B, 3, H, W), from <see cref="Normalize"/>.</param>
    /// <param name="groups">How many groups.</param>
    /// <param name="noise">From (group, tensor) to standard normal numbers of its shape.</param>
    /// <param name="visit">Sees each group's step, whose tensors go afterwards.</param>
    internal void PassPosterior(Tensor normalized, int groups, Func<int, Tensor, Tensor> noise, Action<LatentGroup, PosteriorStep> visit)
    {
        using IDisposable mode = no_grad();
        using DisposeScope scope = NewDisposeScope();
        FeaturePyramid pyramid = _encoder.call(normalized);
        LatentGroup[] passed = [.. Architecture.Groups.Take(groups)];

        // The maps of the finest resolutions are larger than all others together.
        foreach (int resolution in pyramid.Resolutions.Except(passed.Select(group => group.Resolution)))
        {
            pyramid[resolution].Dispose();
        }

        Tensor? x = null;
        foreach (IGrouping<int, LatentGroup> level in passed.GroupBy(group => group.Resolution))
        {
            using Tensor map = Gelu.Of(pyramid[level.Key]);
            pyramid[level.Key].Dispose();
            foreach (LatentGroup group in level)
            {
                using DisposeScope step = NewDisposeScope();
                PosteriorStep result = _decoder.BlockOf(group).Posterior(Enter(group, x, map), map, like => noise(group.Index, like));
                visit(group, result);
                x?.Dispose();
                x = result.Features.MoveToOuterDisposeScope();
            }
        }
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

            x = Enter(group, x, map);
            PosteriorStep step = _decoder.BlockOf(group).Posterior(x, map, like => noise(group.Index, like));
            visit(group, step);
            x = step.Features;
        }

        return x!;
    }

    private PosteriorStep Step(LatentGroup group, Tensor? features, BottomUpPass pass, Func<int, Tensor, Tensor> noise)
    {
        Tensor map = pass.Activated(group.Resolution);
        return _decoder.BlockOf(group).Posterior(Enter(group, features, map), map, like => noise(group.Index, like));
    }
}
