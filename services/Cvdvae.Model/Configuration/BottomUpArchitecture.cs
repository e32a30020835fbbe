namespace Cvdvae.Model.Configuration;

/// <summary>The checked structure of a bottom-up encoder: of high-res images, or of low-res ones.</summary>
public sealed class BottomUpArchitecture
{
    /// <summary>Parses and checks a block string.</summary>
    /// <param name="field">Official name of the block string, for messages.</param>
    /// <param name="text">The block string.</param>
    /// <param name="imageSize">Side of the input image in pixels.</param>
    /// <param name="inputWidth">Channels after the first convolution.</param>
    /// <param name="widths">Channels at each resolution.</param>
    /// <param name="bottleneckMultiple">Width inside a block relative to its width.</param>
    /// <exception cref="InvalidHyperparametersException">The blocks do not fit together.</exception>
    public BottomUpArchitecture(string field, string text, int imageSize, int inputWidth, WidthTable widths, double bottleneckMultiple)
    {
        ImageSize = imageSize;
        InputWidth = inputWidth;
        Widths = widths;
        BottleneckMultiple = bottleneckMultiple;
        Blocks = BlockString.ParseBottomUp(field, text);
        Resolutions = Walk(field);
    }

    /// <summary>Side of the input image in pixels.</summary>
    public int ImageSize { get; }

    /// <summary>Channels after the first convolution.</summary>
    public int InputWidth { get; }

    /// <summary>Channels at each resolution.</summary>
    public WidthTable Widths { get; }

    /// <summary>Width inside a block relative to its width.</summary>
    public double BottleneckMultiple { get; }

    /// <summary>The blocks, fine to coarse.</summary>
    public IReadOnlyList<BlockSpec> Blocks { get; }

    /// <summary>The resolutions of the activations, fine to coarse.</summary>
    public IReadOnlyList<int> Resolutions { get; }

    private List<int> Walk(string field)
    {
        if (Widths[ImageSize] != InputWidth)
        {
            throw new InvalidHyperparametersException(Widths.CustomField, $"the width {Widths[ImageSize]} at the image size {ImageSize} differs from that of the first convolution, {InputWidth}");
        }

        var resolutions = new List<int> { ImageSize };
        foreach (BlockSpec block in Blocks)
        {
            int resolution = resolutions[^1];
            if (block.Resolution != resolution)
            {
                throw new InvalidHyperparametersException(field, $"a block at {block.Resolution} follows features at {resolution}");
            }

            if ((int)(Widths[resolution] * BottleneckMultiple) < 1)
            {
                throw new InvalidHyperparametersException("bottleneck_multiple", $"leaves no channel of {Widths[resolution]} at {resolution}");
            }

            if (block.DownRate is not int rate || rate == 1)
            {
                continue;
            }

            if (resolution % rate != 0)
            {
                throw new InvalidHyperparametersException(field, $"{resolution}d{rate}: {resolution} is not a multiple of {rate}");
            }

            int pooled = resolution / rate;
            if (Widths[pooled] < Widths[resolution])
            {
                throw new InvalidHyperparametersException(Widths.CustomField, $"the width falls from {Widths[resolution]} at {resolution} to {Widths[pooled]} at {pooled}; it can only grow");
            }

            resolutions.Add(pooled);
        }

        return resolutions;
    }
}
