using Cvdvae.Model.Configuration;
using Cvdvae.Model.Layers;
using TorchSharp;
using TorchSharp.Utils;

namespace Cvdvae.Model.Decoding;

/// <summary>The low-res encoder's part in one top-down block: <c>enc_y</c>, over the features and the activation of y at their resolution.</summary>
internal sealed class LowResBranchGroup : torch.nn.Module
{
    [ComponentName(Name = "enc_y")]
    private readonly Block _encY;

    public LowResBranchGroup(PriorArchitecture prior, LatentGroup group)
        : base(nameof(LowResBranchGroup))
    {
        _encY = TopDownBlock.PosteriorBlock(prior, group);
        RegisterComponents();
    }

    public Block EncY => _encY;
}
