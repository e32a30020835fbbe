using static TorchSharp.torch;

namespace Cvdvae.Model.Layers;

/// <summary>The exact GELU, x * Phi(x).</summary>
internal static class Gelu
{
    /// <summary>Into a new tensor.</summary>
    public static Tensor Of(Tensor x) => nn.functional.gelu(x);

    /// <summary>In place of <paramref name="x"/>, which the caller gives up; with gradients into a new tensor, since the backward pass needs the input.</summary>
    public static Tensor Consume(Tensor x) => nn.functional.gelu(x, inplace: !is_grad_enabled());
}
