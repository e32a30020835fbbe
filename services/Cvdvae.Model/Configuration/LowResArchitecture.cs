namespace Cvdvae.Model.Configuration;

/// <summary>The checked structure of a low-resolution encoder that joins a prior.</summary>
public sealed class LowResArchitecture
{
    /// <summary>Checks a low-res encoder against its prior.</summary>
    /// <exception cref="InvalidHyperparametersException">A field is out of range or does not fit the prior.</exception>
    public LowResArchitecture(LowResHyperparameters hyperparameters, PriorArchitecture prior)
    {
        Hyperparameters = hyperparameters;
        Prior = prior;
        int size = prior.Hyperparameters.ImageSize;
        int sizeY = hyperparameters.ImageSizeY;
        if (sizeY < 1 || sizeY >= size || size % sizeY != 0)
        {
            throw new InvalidHyperparametersException("image_size_y", $"{sizeY} does not divide image_size {size}, or is not below it");
        }

        var widths = new WidthTable("width_y", hyperparameters.WidthY, "custom_width_str_y", hyperparameters.CustomWidthStrY);
        BottomUp = new BottomUpArchitecture(
            "enc_blocks_y", hyperparameters.EncBlocksY, sizeY, hyperparameters.WidthY, widths, prior.Hyperparameters.BottleneckMultiple);
        CheckConditionedGroups(hyperparameters.Ky, widths);
    }

    /// <summary>What this was made from.</summary>
    public LowResHyperparameters Hyperparameters { get; }

    /// <summary>The prior that it conditions.</summary>
    public PriorArchitecture Prior { get; }

    /// <summary>The bottom-up encoder of low-res images.</summary>
    public BottomUpArchitecture BottomUp { get; }

    /// <summary>Magnification from the low-res to the high-res image.</summary>
    public int Scale => Prior.Hyperparameters.ImageSize / Hyperparameters.ImageSizeY;

    /// <summary>Number of conditioned latent groups, k.</summary>
    public int ConditionedGroupCount => Hyperparameters.Ky;

    private void CheckConditionedGroups(int ky, WidthTable widths)
    {
        if (ky < 1 || ky > Prior.Groups.Count)
        {
            throw new InvalidHyperparametersException("ky", $"{ky} is not from 1 to the number of groups, {Prior.Groups.Count}");
        }

        foreach (LatentGroup group in Prior.Groups.Take(ky))
        {
            if (!BottomUp.Resolutions.Contains(group.Resolution))
            {
                int most = Prior.Groups.TakeWhile(candidate => BottomUp.Resolutions.Contains(candidate.Resolution)).Count();
                throw new InvalidHyperparametersException("ky", $"{ky} includes group {group.Index} at {group.Resolution}, where enc_blocks_y gives no activation; at most {most}");
            }

            if (widths[group.Resolution] != group.Width)
            {
                throw new InvalidHyperparametersException(
                    widths.CustomField,
                    $"{widths[group.Resolution]} channels at {group.Resolution}, where the prior has {group.Width}; they must be equal below group {ky}");
            }
        }
    }
}
