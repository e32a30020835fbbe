using Cvdvae.Model.Configuration;
using Cvdvae.Model.Layers;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Sampling;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Cvdvae.Model.Decoding;

/// <summary>
/// The top-down block of one latent group: prior p(z_l | z_&lt;l), optionally the high-res posterior q(z_l | z_&lt;l, x), and the way of z into the
/// features. Shapes: features (B, width, r, r), latents (B, zdim, r, r).
/// </summary>
public sealed class TopDownBlock : nn.Module
{
    [ComponentName(Name = "enc")]
    private readonly Block? _enc;
    [ComponentName(Name = "prior")]
    private readonly Block _prior;
    [ComponentName(Name = "z_proj")]
    private readonly Conv2d _zProj;
    [ComponentName(Name = "resnet")]
    private readonly Block _resnet;
    private readonly LatentGroup _group;

    // What goes to the features besides themselves: the prior's third output plus z_proj, as one convolution: one pass over the wide features less.
    private readonly Kernel _residual;

    /// <summary>Creates the block with random weights.</summary>
    /// <param name="architecture">The prior's structure.</param>
    /// <param name="group">The latent group.</param>
    /// <param name="withPosterior">Whether the posterior of high-res images is there; only training and verification need it.</param>
    internal TopDownBlock(PriorArchitecture architecture, LatentGroup group, bool withPosterior)
        : base(nameof(TopDownBlock))
    {
        _group = group;
        int zdim = architecture.Hyperparameters.Zdim;
        int width = group.Width;
        int middle = architecture.Bottleneck(width);
        double depthScale = Math.Sqrt(1.0 / architecture.Groups.Count);
        _enc = withPosterior ? PosteriorBlock(architecture, group) : null;
        _prior = new Block([width], middle, [zdim, zdim, width], group.Resolution, lastScale: 0);
        _zProj = Convolutions.Conv1x1(zdim, width, depthScale);
        _resnet = new Block(width, middle, width, group.Resolution, residual: true, lastScale: depthScale);
        _residual = Kernel.Sum(_prior.Last[2], Kernel.Of(_zProj, group.Resolution));
        RegisterComponents();
    }

    /// <summary>The block of a posterior q(z_l | z_&lt;l, .): over the features and a map of an encoder, to mean and log-sigma.</summary>
    internal static Block PosteriorBlock(PriorArchitecture architecture, LatentGroup group) => new(
        [group.Width, group.Width],
        architecture.Bottleneck(group.Width),
        [architecture.Hyperparameters.Zdim, architecture.Hyperparameters.Zdim],
        group.Resolution);

    /// <summary>Draws z from the posterior of a high-res image and goes on with it.</summary>
    /// <param name="x">Features (B, width, r, r); left as they are.</param>
    /// <param name="activatedMap">GELU of the high-res encoder's activation at r, (B, width, r, r).</param>
    /// <param name="noise">From a tensor to standard normal numbers of its shape.</param>
    internal PosteriorStep Posterior(Tensor x, Tensor activatedMap, Func<Tensor, Tensor> noise)
    {
        Block enc = _enc ?? throw new InvalidOperationException("The decoder was made without posteriors.");
        using DisposeScope scope = NewDisposeScope();
        Tensor activated = Gelu.Of(x);
        Gaussian posterior = Gaussian.From(enc, enc.MiddleOfParts(activated, enc.First[1].Of(activatedMap)));
        Tensor middle = _prior.Middle(_prior.First[0].ActivatedOf(activated));
        Tensor z = posterior.Sample(noise(posterior.Mean));
        Tensor kl = posterior.KlDivergence(Gaussian.From(_prior, middle));
        Tensor features = _resnet.call(_residual.SumOf(cat([middle, z], 1), x));
        return new PosteriorStep(
            features.MoveToOuterDisposeScope(),
            z.MoveToOuterDisposeScope(),
            kl.MoveToOuterDisposeScope(),
            posterior.MoveToOuterDisposeScope(),
            activated.MoveToOuterDisposeScope());
    }

    /// <summary>Draws z for every row, from q(z | y) or from the prior, and goes on with it.</summary>
    /// <param name="x">Features (B, width, r, r); left as they are, so that a batch that ran out of memory can be tried again in parts.</param>
    /// <param name="noise">Standard normal numbers times each row's temperature, (B, zdim, r, r).</param>
    /// <param name="rows">Where each row's latents come from.</param>
    internal Tensor Draw(Tensor x, Tensor noise, LatentSources rows)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor activated = Gelu.Of(x);
        Tensor middle = _prior.Middle(_prior.First[0].ActivatedOf(activated));
        Gaussian source = rows.At(_group, activated, () => Gaussian.From(_prior, middle));
        Tensor z = source.LogSigma.exp_().mul_(noise).PlusInPlace(source.Mean);
        Tensor features = _residual.SumOf(cat([middle, z], 1), x);
        return _resnet.call(features).MoveToOuterDisposeScope();
    }
}
