using Cvdvae.Model.Configuration;
using Cvdvae.Model.Layers;
using Cvdvae.Model.Sampling;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Cvdvae.Model.Decoding;

/// <summary>The branches <c>enc_y</c> of a low-res encoder in the top-down blocks: q(z_l | z_&lt;l, y) for l &lt; k, or those of a decoder stage.</summary>
public sealed class LowResBranch : nn.Module
{
    [ComponentName(Name = "dec_blocks")]
    private readonly IndexedModules<LowResBranchGroup> _groups = new();

    /// <summary>Creates the branches of the groups [first, end) that are conditioned, with random weights.</summary>
    public LowResBranch(LowResArchitecture architecture, int first = 0, int end = int.MaxValue)
        : base(nameof(LowResBranch))
    {
        Architecture = architecture;
        foreach (LatentGroup group in architecture.Prior.Groups.Take(architecture.ConditionedGroupCount))
        {
            if (group.Index >= first && group.Index < end)
            {
                _groups.Add(group.Index, new LowResBranchGroup(architecture.Prior, group));
            }
        }

        RegisterComponents();
    }

    /// <summary>The low-res encoder's structure.</summary>
    public LowResArchitecture Architecture { get; }

    /// <summary>Number of conditioned latent groups, k.</summary>
    public int ConditionedGroupCount => Architecture.ConditionedGroupCount;

    /// <summary>q(z | y) for rows of one or more images, (B, zdim, r, r).</summary>
    /// <param name="group">The latent group, one of the conditioned.</param>
    /// <param name="activated">GELU of the features, (B, width, r, r).</param>
    /// <param name="imageOfRow">The image of each row; what depends on it alone is computed once.</param>
    internal Gaussian At(LatentGroup group, Tensor activated, IReadOnlyList<LowResFeatures> imageOfRow)
    {
        using DisposeScope scope = NewDisposeScope();
        Block block = _groups[group.Index].EncY;
        List<LowResFeatures> images = [.. imageOfRow.Distinct()];
        Tensor part = cat([.. images.Select(image => image.PartOf(group))], 0);
        if (images.Count > 1)
        {
            part = part.SelectRows(tensor(imageOfRow.Select(image => (long)images.IndexOf(image)).ToArray(), device: part.device));
        }

        return At(block, activated, part).MoveToOuterDisposeScope();
    }

    /// <summary>q(z | y) for a batch with one image a row, with gradients. Maps (B, width, r, r).</summary>
    internal Gaussian At(LatentGroup group, Tensor activated, Tensor activatedMap) =>
        At(_groups[group.Index].EncY, activated, PartOf(group, activatedMap));

    /// <summary>What the block of a group makes of the image alone, (B, middle, r, r), from GELU of its map, (B, width, r, r).</summary>
    internal Tensor PartOf(LatentGroup group, Tensor activatedMap) => _groups[group.Index].EncY.First[1].Of(activatedMap);

    private static Gaussian At(Block block, Tensor activated, Tensor part) =>
        Gaussian.From(block, block.MiddleOfParts(activated, part));
}
