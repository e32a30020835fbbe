namespace Cvdvae.Model.Configuration;

/// <summary>The checked structure that <see cref="PriorHyperparameters"/> describe.</summary>
public sealed class PriorArchitecture
{
    /// <summary>Parses and checks hyper-parameters.</summary>
    /// <exception cref="InvalidHyperparametersException">A field is out of range or does not fit the others.</exception>
    public PriorArchitecture(PriorHyperparameters hyperparameters)
    {
        Hyperparameters = hyperparameters;
        CheckRanges(hyperparameters);
        Widths = new WidthTable("width", hyperparameters.Width, "custom_width_str", hyperparameters.CustomWidthStr);
        BottomUp = new BottomUpArchitecture(
            "enc_blocks", hyperparameters.EncBlocks, hyperparameters.ImageSize, hyperparameters.Width, Widths, hyperparameters.BottleneckMultiple);
        Groups = ParseGroups(hyperparameters.DecBlocks);
        Resolutions = [.. Groups.Select(group => group.Resolution).Distinct()];
        CheckGroups();
    }

    /// <summary>What this was made from.</summary>
    public PriorHyperparameters Hyperparameters { get; }

    /// <summary>Channels at each resolution.</summary>
    public WidthTable Widths { get; }

    /// <summary>The bottom-up encoder of high-res images.</summary>
    public BottomUpArchitecture BottomUp { get; }

    /// <summary>The latent groups, coarse to fine.</summary>
    public IReadOnlyList<LatentGroup> Groups { get; }

    /// <summary>The resolutions of the top-down decoder, coarse to fine; the last is the image size.</summary>
    public IReadOnlyList<int> Resolutions { get; }

    /// <summary>The groups [first, end) of a resolution.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No group has this resolution.</exception>
    public (int First, int End) GroupsAt(int resolution)
    {
        int first = 0;
        while (first < Groups.Count && Groups[first].Resolution != resolution)
        {
            first++;
        }

        if (first == Groups.Count)
        {
            throw new ArgumentOutOfRangeException(nameof(resolution), resolution, $"accepted: {string.Join(", ", Resolutions)}");
        }

        int end = first;
        while (end < Groups.Count && Groups[end].Resolution == resolution)
        {
            end++;
        }

        return (first, end);
    }

    private static void CheckRanges(PriorHyperparameters h)
    {
        Require(h.ImageSize is >= 4 and <= 4096, "image_size", $"{h.ImageSize} is not from 4 to 4096");
        Require(h.ImageChannels == 3, "image_channels", $"{h.ImageChannels} is not 3");
        Require(h.Zdim is >= 1 and <= 1024, "zdim", $"{h.Zdim} is not from 1 to 1024");
        Require(h.NumMixtures is >= 1 and <= 100, "num_mixtures", $"{h.NumMixtures} is not from 1 to 100");
        Require(h.BottleneckMultiple is > 0 and <= 1, "bottleneck_multiple", $"{h.BottleneckMultiple} is not above 0 and at most 1");
        Require(h.NoBiasAbove is >= 1 and <= 4096, "no_bias_above", $"{h.NoBiasAbove} is not from 1 to 4096");
        Require(double.IsFinite(h.Shift), "shift", $"{h.Shift} is not a finite number");
        Require(double.IsFinite(h.Scale) && h.Scale > 0, "scale", $"{h.Scale} is not a finite number above 0");
    }

    private List<LatentGroup> ParseGroups(string text)
    {
        IReadOnlyList<BlockSpec> blocks = BlockString.ParseTopDown("dec_blocks", text);
        return [.. blocks.Select((block, index) => new LatentGroup(index, block.Resolution, block.Mixin, Widths[block.Resolution]))];
    }

    // The widths need no look here: every group is at a resolution of the bottom-up encoder, whose widths start from that of the output and
    // never fall towards coarser ones, so what a group takes in is never narrower than the group.
    private void CheckGroups()
    {
        int size = Hyperparameters.ImageSize;
        Require(Groups[^1].Resolution == size, "dec_blocks", $"ends at {Groups[^1].Resolution}, not at image_size {size}");
        Require(Groups[0].Mixin is null, "dec_blocks", "the first group can't take in another resolution");
        Require(Groups[0].Resolution <= Hyperparameters.NoBiasAbove, "no_bias_above", $"the first group, at {Groups[0].Resolution}, needs a bias to start from");
        for (int index = 0; index < Groups.Count; index++)
        {
            LatentGroup group = Groups[index];
            Require(
                BottomUp.Resolutions.Contains(group.Resolution),
                "dec_blocks",
                $"group {index} is at {group.Resolution}, where enc_blocks gives no activation; it gives {string.Join(", ", BottomUp.Resolutions)}");
            if (index == 0)
            {
                continue;
            }

            int previous = Groups[index - 1].Resolution;
            if (group.Resolution == previous)
            {
                Require(group.Mixin is null, "dec_blocks", $"group {index} takes in {group.Mixin} though it goes on at {previous}");
                continue;
            }

            Require(group.Mixin == previous, "dec_blocks", $"group {index}, the first at {group.Resolution}, must take in {previous} (\"{group.Resolution}m{previous}\")");
            Require(
                group.Resolution > previous && group.Resolution % previous == 0,
                "dec_blocks",
                $"group {index}: {group.Resolution} is not a multiple of {previous}");
        }
    }

    /// <summary>Channels inside a block of the given width.</summary>
    public int Bottleneck(int width) => (int)(width * Hyperparameters.BottleneckMultiple);

    private static void Require(bool holds, string field, string problem)
    {
        if (!holds)
        {
            throw new InvalidHyperparametersException(field, problem);
        }
    }
}
