using static TorchSharp.torch;

namespace Cvdvae.Model.Encoding;

/// <summary>Feature maps (B, C, r, r) by resolution r. Owns its tensors.</summary>
public sealed class FeaturePyramid : IDisposable
{
    private readonly SortedDictionary<int, Tensor> _maps;

    /// <summary>Takes over the maps.</summary>
    public FeaturePyramid(IReadOnlyDictionary<int, Tensor> maps) => _maps = new SortedDictionary<int, Tensor>(maps.ToDictionary());

    /// <summary>Resolutions, coarse to fine.</summary>
    public IReadOnlyCollection<int> Resolutions => _maps.Keys;

    /// <summary>The map of a resolution.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public Tensor this[int resolution] => _maps[resolution];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor map in _maps.Values)
        {
            map.Dispose();
        }

        _maps.Clear();
    }
}
