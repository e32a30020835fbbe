using static TorchSharp.torch;

namespace Cvdvae.Trainer.Evaluation.Perceptual;

/// <summary>The convolutional part of a classifier, and where LPIPS (Zhang et al., arXiv 1801.03924) looks into it.</summary>
internal sealed record BackboneArchitecture
{
    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>A tensor, by its name and shape, that tells its state dict from those of the other networks.</summary>
    public required (string Name, long[] Shape) Marker { get; init; }

    /// <summary>Makes the layers, numbered as in torchvision's <c>features</c>, up to the last that is looked at.</summary>
    public required Func<nn.Module<Tensor, Tensor>[]> Layers { get; init; }

    /// <summary>The layers whose outputs are compared, first to last, with their channels.</summary>
    public required IReadOnlyList<(int Layer, int Channels)> Taps { get; init; }

    /// <summary>Side in pixels below which its pooling leaves nothing.</summary>
    public required int SmallestSide { get; init; }

    /// <summary>What its first layer sees.</summary>
    public required InputScaling Input { get; init; }
}
