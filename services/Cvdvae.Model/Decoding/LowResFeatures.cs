using System.Collections.Concurrent;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Encoding;
using Cvdvae.Model.Layers;
using static TorchSharp.torch;

namespace Cvdvae.Model.Decoding;

/// <summary>
/// The features of one low-res image as the decoder uses them: GELU of each map, computed once for all samples and groups.
/// Maps may arrive one by one, coarse to fine, while other threads use those that are there.
/// </summary>
public sealed class LowResFeatures : IDisposable
{
    private readonly ConcurrentDictionary<int, Tensor> _activated = new();
    private readonly ConcurrentDictionary<int, Tensor> _parts = new();

    /// <summary>Creates an empty set for a low-res encoder.</summary>
    public LowResFeatures(LowResBranch branch) => Branch = branch;

    /// <summary>Creates a set of all maps of one image of a batch.</summary>
    /// <param name="branch">The low-res encoder's part in the decoder.</param>
    /// <param name="pyramid">Feature maps (B, C, r, r); left as they are.</param>
    /// <param name="image">Which image of the batch.</param>
    public LowResFeatures(LowResBranch branch, FeaturePyramid pyramid, int image = 0)
        : this(branch)
    {
        foreach (int resolution in pyramid.Resolutions)
        {
            using Tensor map = pyramid[resolution].narrow(0, image, 1);
            Add(map);
        }
    }

    /// <summary>The low-res encoder's part in the decoder.</summary>
    public LowResBranch Branch { get; }

    /// <summary>Adds the map of a resolution, (1, C, r, r); left as it is. Keeps no graph for gradients.</summary>
    public void Add(Tensor map)
    {
        using IDisposable mode = inference_mode();
        Tensor activated = Gelu.Of(map);
        if (!_activated.TryAdd((int)map.shape[2], activated.DetachFromDisposeScope()))
        {
            activated.Dispose();
            throw new ArgumentException($"The map of {map.shape[2]}x{map.shape[2]} is there already.", nameof(map));
        }
    }

    /// <summary>Whether the map of a resolution is there.</summary>
    public bool Has(int resolution) => _activated.ContainsKey(resolution);

    /// <summary>
    /// Computes ahead what the low-res encoder's block of a group makes of the image alone; groups that run later find it. Other groups may run meanwhile, on other threads.
    /// </summary>
    /// <param name="group">A conditioned group whose map is there; once each.</param>
    /// <returns>Bytes that are kept until the end.</returns>
    public long Prepare(LatentGroup group)
    {
        using IDisposable mode = inference_mode();
        Tensor part = Branch.PartOf(group, Activated(group.Resolution));
        _parts[group.Index] = part.DetachFromDisposeScope();
        return part.numel() * part.element_size();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in _activated.Values.Concat(_parts.Values))
        {
            tensor.Dispose();
        }

        _activated.Clear();
        _parts.Clear();
    }

    /// <summary>GELU of the map of a resolution, (1, C, r, r).</summary>
    internal Tensor Activated(int resolution) => _activated[resolution];

    /// <summary>What the block of a group makes of the image alone, (1, middle, r, r): made ahead, or made now for the caller's dispose scope.</summary>
    internal Tensor PartOf(LatentGroup group) =>
        _parts.TryGetValue(group.Index, out Tensor? part) ? part : Branch.PartOf(group, Activated(group.Resolution));
}
