namespace Cvdvae.Model.Configuration;

/// <summary>One latent group z_l of the top-down decoder.</summary>
/// <param name="Index">Position l in the hierarchy, from 0.</param>
/// <param name="Resolution">Side of its square feature map.</param>
/// <param name="Mixin">Resolution of the features it starts from, upsampled; null where it goes on at its own resolution.</param>
/// <param name="Width">Channels of the features at its resolution.</param>
public sealed record LatentGroup(int Index, int Resolution, int? Mixin, int Width);
