using Cvdvae.Model.Sampling;
using static TorchSharp.torch;

namespace Cvdvae.Model.Decoding;

/// <summary>What a latent group gives when its latents come from the posterior of a high-res image.</summary>
/// <param name="Features">Features after the group, (B, width, r, r).</param>
/// <param name="Z">The latents drawn, (B, zdim, r, r).</param>
/// <param name="Kl">KL(q(z | x) || p(z)) in nats, element by element, (B, zdim, r, r).</param>
/// <param name="Posterior">q(z | x).</param>
/// <param name="Activated">GELU of the features before the group, (B, width, r, r).</param>
internal readonly record struct PosteriorStep(Tensor Features, Tensor Z, Tensor Kl, Gaussian Posterior, Tensor Activated);
