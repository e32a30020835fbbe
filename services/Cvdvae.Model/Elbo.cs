using Cvdvae.Model.Runtime;
using static TorchSharp.torch;

namespace Cvdvae.Model;

/// <summary>The negative evidence lower bound of a batch of images, in nats per dimension, image by image, (B) each.</summary>
/// <param name="Distortion">Negative log-likelihood of the pixels given the latents.</param>
/// <param name="Rate">KL of the posterior to the prior, summed over the groups.</param>
public readonly record struct Elbo(Tensor Distortion, Tensor Rate)
{
    /// <summary>The mean of both over the batch, a scalar: what training minimises.</summary>
    public Tensor Mean()
    {
        using Tensor sum = Distortion.Plus(Rate);
        return sum.mean();
    }
}
