using Cvdvae.Imaging;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Weights;
using Cvdvae.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Evaluation.Perceptual;

/// <summary>
/// LPIPS 0.1 (Zhang et al., arXiv 1801.03924, equation 1; richzhang/PerceptualSimilarity): how different two images look to a classifier. The activations of
/// some of its layers, scaled to unit length at each place, are subtracted and squared, summed over the channels with learned weights, averaged
/// over the places and summed over the layers. Without learned weights all are 1: LPIPS's own uncalibrated form.
/// </summary>
/// <remarks>0: alike; the larger, the less so. Distances of different networks, or with and without learned weights, can't be compared.</remarks>
internal sealed class PerceptualDistance : IDisposable
{
    private const double Epsilon = 1e-10; // as published: no direction where nothing is active
    private const int Batch = 16;
    private readonly Backbone _backbone;
    private readonly IReadOnlyList<Tensor>? _weights;
    private readonly Device _device;

    private PerceptualDistance(Backbone backbone, IReadOnlyList<Tensor>? weights, Device device) => (_backbone, _weights, _device) = (backbone, weights, device);

    /// <summary>What the numbers are, for reports.</summary>
    public string Name => _weights is null ? $"perceptual distance ({_backbone.Architecture.Name}, uncalibrated)" : $"LPIPS ({_backbone.Architecture.Name})";

    /// <summary>Loads a network, and the weights for it.</summary>
    /// <param name="backboneFile">
    /// A state dict of torchvision's AlexNet, VGG-16 or SqueezeNet 1.1, or the deep-compressed SqueezeNet 1.0; its content tells which.
    /// </param>
    /// <param name="lpipsFile">LPIPS's learned weights for this network; null: the uncalibrated form.</param>
    /// <param name="device">Where to compute; null: on the processor.</param>
    /// <exception cref="InvalidWeightsException">A file is broken, holds something else, or the two do not fit together. The message names the file.</exception>
    /// <exception cref="IOException">A file can't be read.</exception>
    public static PerceptualDistance Load(string backboneFile, string? lpipsFile, Device? device = null)
    {
        device ??= CPU;
        Backbone backbone = BackboneFile.Load(backboneFile, device);
        try
        {
            return new PerceptualDistance(backbone, lpipsFile is null ? null : LpipsWeights.Load(lpipsFile, backbone.Architecture, device), device);
        }
        catch
        {
            backbone.Dispose();
            throw;
        }
    }

    /// <summary>What the network makes of a batch, to be compared as often as needed.</summary>
    /// <param name="levels">0..255 of RGB, any type, (B, 3, H, W).</param>
    /// <exception cref="ArgumentException">The shape is another, or the images are too small for the network.</exception>
    public PerceptualFeatures Features(Tensor levels)
    {
        Check(levels.shape);
        using IDisposable mode = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        IReadOnlyList<Tensor> layers = _backbone.call(levels.to(_device));
        foreach (Tensor layer in layers)
        {
            // One layer's squares at a time.
            using DisposeScope step = NewDisposeScope();
            layer.div_(layer.square().sum(1, keepdim: true).sqrt_().Plus(Epsilon));
        }

        return new PerceptualFeatures(_backbone, [.. layers.Select(layer => layer.DetachFromDisposeScope())]);
    }

    /// <summary>What the network makes of images of one size, to be compared as often as needed.</summary>
    /// <exception cref="ArgumentException">There is no image, or they differ in size, or are too small for the network.</exception>
    public PerceptualFeatures Features(IReadOnlyList<RgbImage> images)
    {
        if (images.Count == 0 || images.Any(image => (image.Width, image.Height) != (images[0].Width, images[0].Height)))
        {
            throw new ArgumentException("images can't be compared together where there is none, or where they differ in size");
        }

        using Tensor levels = Pictures.ToLevels(images, _device);
        return Features(levels);
    }

    /// <summary>The distance of each image of a batch to the image at the same place in another.</summary>
    /// <exception cref="ArgumentException">The features are of different numbers or sizes of images, or of another network.</exception>
    public double[] Between(PerceptualFeatures first, PerceptualFeatures second)
    {
        if (first.Backbone != _backbone || second.Backbone != _backbone)
        {
            throw new ArgumentException("the features are those of another network", first.Backbone != _backbone ? nameof(first) : nameof(second));
        }

        if (!first.Layers.Zip(second.Layers).All(pair => pair.First.shape.AsSpan().SequenceEqual(pair.Second.shape)))
        {
            throw new ArgumentException("the images that are compared differ in number or size");
        }

        using IDisposable mode = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = zeros(first.Count, ScalarType.Float64, _device);
        for (int layer = 0; layer < first.Layers.Count; layer++)
        {
            // One layer's differences at a time.
            using DisposeScope step = NewDisposeScope();
            Tensor differences = first.Layers[layer] - second.Layers[layer];
            Tensor squares = differences.mul_(differences).mean([2, 3]); // (B, C): mean and weighted sum can change places
            sum.PlusInPlace((_weights is null ? squares : squares * _weights[layer]).sum(1));
        }

        return [.. sum.cpu().data<double>()];
    }

    /// <summary>The distance of an image of a batch to an image of another batch, or of the same.</summary>
    /// <param name="first">A batch.</param>
    /// <param name="row">Index of an image of it.</param>
    /// <param name="second">A batch.</param>
    /// <param name="otherRow">Index of an image of it.</param>
    /// <exception cref="ArgumentException">There is no such image, or the features are of different sizes of images, or of another network.</exception>
    public double Between(PerceptualFeatures first, int row, PerceptualFeatures second, int otherRow)
    {
        using PerceptualFeatures one = first.Row(row);
        using PerceptualFeatures other = second.Row(otherRow);
        return Between(one, other)[0];
    }

    /// <summary>The distances of pairs of images.</summary>
    /// <param name="first">0..255 of RGB, any type, (B, 3, H, W).</param>
    /// <param name="second">The same shape.</param>
    /// <exception cref="ArgumentException">The shapes are others, or the images are too small for the network.</exception>
    public double[] Between(Tensor first, Tensor second)
    {
        using PerceptualFeatures one = Features(first);
        using PerceptualFeatures other = Features(second);
        return Between(one, other);
    }

    /// <summary>The distances of pairs of images, all of one size.</summary>
    /// <param name="first">Any number of images.</param>
    /// <param name="second">As many.</param>
    /// <exception cref="ArgumentException">The lists differ in length, or the images in size, or they are too small for the network.</exception>
    public double[] Between(IReadOnlyList<RgbImage> first, IReadOnlyList<RgbImage> second)
    {
        if (first.Count != second.Count)
        {
            throw new ArgumentException($"{first.Count} images can't be compared with {second.Count} one by one");
        }

        var distances = new List<double>(first.Count);
        foreach ((RgbImage First, RgbImage Second)[] pairs in first.Zip(second).Chunk(Batch))
        {
            using PerceptualFeatures one = Features([.. pairs.Select(pair => pair.First)]);
            using PerceptualFeatures other = Features([.. pairs.Select(pair => pair.Second)]);
            distances.AddRange(Between(one, other));
        }

        return [.. distances];
    }

    public void Dispose()
    {
        _backbone.Dispose();
        foreach (Tensor weight in _weights ?? [])
        {
            weight.Dispose();
        }
    }

    private void Check(long[] shape)
    {
        BackboneArchitecture architecture = _backbone.Architecture;
        if (shape is not [> 0, RgbImage.Channels, var height, var width])
        {
            throw new ArgumentException($"images are compared as (B, 3, H, W), not ({string.Join(", ", shape)})");
        }

        if (Math.Min(height, width) < architecture.SmallestSide)
        {
            throw new ArgumentException(
                $"{architecture.Name} compares images of at least {architecture.SmallestSide}x{architecture.SmallestSide} pixels, not {width}x{height}");
        }
    }
}
