namespace Cvdvae.Model.Configuration;

/// <summary>Arithmetic of the networks: multiply-adds of their convolutions, for one image or one sample.</summary>
public static class MultiplyAdds
{
    /// <summary>Of a bottom-up encoder.</summary>
    public static double Of(BottomUpArchitecture architecture)
    {
        double sum = 9.0 * 3 * architecture.InputWidth * architecture.ImageSize * architecture.ImageSize;
        foreach (BlockSpec block in architecture.Blocks)
        {
            double width = architecture.Widths[block.Resolution];
            double middle = (int)(width * architecture.BottleneckMultiple);
            sum += block.Resolution * block.Resolution * ((2 * width * middle) + Inner(block.Resolution, middle));
        }

        return sum;
    }

    /// <summary>Of a latent group of the top-down decoder: prior, or prior and <c>enc_y</c>, then <c>z_proj</c> and <c>resnet</c>.</summary>
    /// <param name="prior">The structure.</param>
    /// <param name="group">The group.</param>
    /// <param name="conditioned">Whether its latents come from q(z | y).</param>
    public static double Of(PriorArchitecture prior, LatentGroup group, bool conditioned)
    {
        double width = group.Width;
        double middle = prior.Bottleneck(group.Width);
        double latents = prior.Hyperparameters.Zdim;
        double inner = Inner(group.Resolution, middle);
        double statistics = (conditioned ? (width * middle) + inner : 0) + (middle * 2 * latents);
        return (double)group.Resolution * group.Resolution * ((2 * ((2 * width * middle) + inner)) + statistics + (latents * width));
    }

    /// <summary>Of the part of a group's <c>enc_y</c> that only sees y: once for all samples of an image.</summary>
    public static double OfLowResPart(PriorArchitecture prior, LatentGroup group) =>
        (double)group.Resolution * group.Resolution * group.Width * prior.Bottleneck(group.Width);

    /// <summary>Of the output network after the last group.</summary>
    public static double OfPixels(PriorArchitecture prior)
    {
        double size = prior.Hyperparameters.ImageSize;
        return size * size * prior.Hyperparameters.Width * 10 * prior.Hyperparameters.NumMixtures;
    }

    private static double Inner(int resolution, double middle) => 2 * (resolution > 2 ? 9 : 1) * middle * middle;
}
