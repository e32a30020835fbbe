using Cvdvae.Model.Configuration;
using Cvdvae.Model.Decoding;
using Cvdvae.Model.Encoding;
using Cvdvae.Model.Layers;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Cvdvae.Model;

/// <summary>
/// A low-resolution encoder q(z_&lt;k | y) (Prost et al. 2023, section 3): a bottom-up network over y, and one branch in each of the first k top-down
/// blocks of a frozen prior.
/// </summary>
public sealed class LowResEncoder : nn.Module
{
    [ComponentName(Name = "encoder_y")]
    private readonly BottomUpEncoder _encoder;
    [ComponentName(Name = "decoder")]
    private readonly LowResBranch _branch;

    /// <summary>Creates the encoder with random weights.</summary>
    public LowResEncoder(LowResArchitecture architecture)
        : base(nameof(LowResEncoder))
    {
        Architecture = architecture;
        _encoder = new BottomUpEncoder(architecture.BottomUp);
        _branch = new LowResBranch(architecture);
        RegisterComponents();
    }

    /// <summary>The structure.</summary>
    public LowResArchitecture Architecture { get; }

    /// <summary>The bottom-up network over y.</summary>
    public BottomUpEncoder Encoder => _encoder;

    /// <summary>The branches in the top-down blocks.</summary>
    public LowResBranch Branch => _branch;

    /// <summary>
    /// KL(q(z_l | z_&lt;l, x) || q(z_l | z_&lt;l, y)) of each group l &lt; k, with z drawn from the posterior of the high-res image (eq. 13-14). Gradients reach
    /// this encoder alone: the prior runs without.
    /// </summary>
    /// <param name="prior">The frozen prior.</param>
    /// <param name="x">High-res images, normalised, (B, 3, H, W).</param>
    /// <param name="y">Low-res images, normalised, (B, 3, h, w).</param>
    /// <param name="noise">From (group, tensor) to standard normal numbers of its shape.</param>
    /// <returns>For each group, nats element by element, (B, zdim, r, r).</returns>
    public IReadOnlyList<Tensor> Divergences(VdVae prior, Tensor x, Tensor y, Func<int, Tensor, Tensor> noise)
    {
        bool learns = is_grad_enabled();
        using DisposeScope scope = NewDisposeScope();
        FeaturePyramid pyramid = _encoder.call(y);
        Dictionary<int, Tensor> activated = pyramid.Resolutions.ToDictionary(resolution => resolution, resolution => Gelu.Of(pyramid[resolution]));
        var divergences = new List<Tensor>();
        prior.PassPosterior(x, Architecture.ConditionedGroupCount, noise, (group, step) =>
        {
            using IDisposable mode = set_grad_enabled(learns);
            using DisposeScope inner = NewDisposeScope();
            Tensor divergence = Divergence(group, step, activated[group.Resolution]).DetachFromDisposeScope();
            scope.Attach(divergence);
            divergences.Add(divergence);
        });
        return [.. divergences.Select(divergence => divergence.MoveToOuterDisposeScope())];
    }

    /// <summary>
    /// Adds the gradient of a loss over the <see cref="Divergences"/>. As the prior's latents do not depend on this encoder, each group runs backward as soon as it is known, down to the
    /// maps of y: memory holds one group at a time, and the maps.
    /// </summary>
    /// <param name="prior">The frozen prior.</param>
    /// <param name="x">High-res images, normalised, (B, 3, H, W), in the type to compute in.</param>
    /// <param name="y">Low-res images, normalised, (B, 3, h, w), in the same type.</param>
    /// <param name="noise">From (group, tensor) to standard normal numbers of its shape.</param>
    /// <param name="loss">From the divergence of each group, (B, zdim, r, r), to its share of the loss, a scalar.</param>
    /// <param name="recompute">Whether the blocks over y are computed twice, so that less of them is kept.</param>
    public void Learn(VdVae prior, Tensor x, Tensor y, Func<int, Tensor, Tensor> noise, Func<Tensor, Tensor> loss, bool recompute)
    {
        using DisposeScope scope = NewDisposeScope();
        using var pass = new BottomUpPass(_encoder, y, recompute);
        prior.PassPosterior(x, Architecture.ConditionedGroupCount, noise, (group, step) =>
        {
            using IDisposable mode = enable_grad();
            using DisposeScope inner = NewDisposeScope();
            loss(Divergence(group, step, pass.Activated(group.Resolution))).backward();
        });
        pass.Backward();
    }

    private Tensor Divergence(LatentGroup group, PosteriorStep step, Tensor activatedMap) =>
        step.Posterior.KlDivergence(_branch.At(group, step.Activated, activatedMap));
}
