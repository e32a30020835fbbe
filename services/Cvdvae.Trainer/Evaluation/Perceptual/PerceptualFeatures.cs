using static TorchSharp.torch;

namespace Cvdvae.Trainer.Evaluation.Perceptual;

/// <summary>What a network makes of some images: to be computed once and compared many times, with <see cref="PerceptualDistance"/>.</summary>
internal sealed class PerceptualFeatures : IDisposable
{
    /// <param name="backbone">The network.</param>
    /// <param name="layers">For each tap (B, C, h, w), of unit length along the channels; taken over.</param>
    public PerceptualFeatures(Backbone backbone, IReadOnlyList<Tensor> layers) => (Backbone, Layers) = (backbone, layers);

    /// <summary>Number of images.</summary>
    public int Count => (int)Layers[0].shape[0];

    /// <summary>The network that made them.</summary>
    public Backbone Backbone { get; }

    /// <summary>For each tap (B, C, h, w), of unit length along the channels.</summary>
    public IReadOnlyList<Tensor> Layers { get; }

    /// <summary>One image alone; it shares the memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public PerceptualFeatures Row(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return new PerceptualFeatures(Backbone, [.. Layers.Select(layer => layer.narrow(0, index, 1))]);
    }

    public void Dispose()
    {
        foreach (Tensor layer in Layers)
        {
            layer.Dispose();
        }
    }
}
