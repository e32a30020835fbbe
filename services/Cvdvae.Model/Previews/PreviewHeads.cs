using Cvdvae.Model.Configuration;
using Cvdvae.Model.Weights;
using static TorchSharp.torch;

namespace Cvdvae.Model.Previews;

/// <summary>
/// The preview heads: for each resolution r below the image size an affine map from the features after the last group of r, (B, C, r, r), to an RGB image of
/// r x r pixels. In <c>previews.safetensors</c>: <c>head.{r}.weight</c> (3, C) and <c>head.{r}.bias</c> (3), fp32, giving colours in [-1, 1], and a
/// <see cref="PreviewRecord"/>.
/// </summary>
public sealed class PreviewHeads : IDisposable
{
    private readonly SortedDictionary<int, AffineMap> _maps;

    /// <summary>Takes over fp32 maps.</summary>
    internal PreviewHeads(IDictionary<int, AffineMap> maps, PreviewRecord record)
    {
        _maps = new SortedDictionary<int, AffineMap>(maps);
        Record = record;
    }

    /// <summary>The resolutions that there are heads for, coarse to fine.</summary>
    public IReadOnlyCollection<int> Resolutions => _maps.Keys;

    /// <summary>How the heads were fitted and how good they are.</summary>
    public PreviewRecord Record { get; }

    /// <summary>The resolutions of a prior that have previews: those below the image size, coarse to fine.</summary>
    public static IReadOnlyList<int> ResolutionsOf(PriorArchitecture architecture) =>
        [.. architecture.Resolutions.Where(resolution => resolution < architecture.Hyperparameters.ImageSize)];

    /// <summary>Reads heads from a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="architecture">The prior's structure.</param>
    /// <param name="resolutions">
    /// The resolutions to read, for a stage of the decoder; null for all. The image size, which has no preview, is passed over.
    /// </param>
    /// <exception cref="InvalidWeightsException">The file is broken, lacks a resolution, or has other shapes, types or numbers than it should.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    /// <exception cref="ArgumentException">The prior does not have a resolution.</exception>
    public static PreviewHeads Load(string path, PriorArchitecture architecture, IEnumerable<int>? resolutions = null)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        return Load(file, architecture, resolutions);
    }

    /// <summary>Reads heads from a source, onto the CPU.</summary>
    /// <param name="source">The tensors; there may be more.</param>
    /// <param name="architecture">The prior's structure.</param>
    /// <param name="resolutions">As for <see cref="Load(string, PriorArchitecture, IEnumerable{int}?)"/>.</param>
    /// <exception cref="InvalidWeightsException">As for <see cref="Load(string, PriorArchitecture, IEnumerable{int}?)"/>.</exception>
    /// <exception cref="ArgumentException">The prior does not have a resolution.</exception>
    public static PreviewHeads Load(ITensorSource source, PriorArchitecture architecture, IEnumerable<int>? resolutions = null)
    {
        int[] wanted = [.. (resolutions ?? architecture.Resolutions).Where(resolution => resolution != architecture.Hyperparameters.ImageSize).Distinct()];
        if (wanted.Except(architecture.Resolutions).ToArray() is [int unknown, ..])
        {
            throw new ArgumentException($"{unknown} is no resolution of the prior; it has {string.Join(", ", architecture.Resolutions)}.", nameof(resolutions));
        }

        var maps = new Dictionary<int, AffineMap>();
        try
        {
            foreach (int resolution in wanted)
            {
                maps.Add(resolution, PreviewFile.Read(source, resolution, architecture.Widths[resolution]));
            }

            return new PreviewHeads(maps, PreviewRecord.Parse(source.Metadata, wanted, source.Origin));
        }
        catch
        {
            Dispose(maps.Values);
            throw;
        }
    }

    /// <summary>Writes the heads to a file, atomically.</summary>
    /// <exception cref="IOException">The file can't be written.</exception>
    public void Write(string path) =>
        SafetensorsWriter.Write(path, PreviewFile.Of(_maps), Record.ToMetadata());

    /// <summary>Moves the heads to a device; returns them.</summary>
    public PreviewHeads To(Device device)
    {
        foreach (int resolution in Resolutions.ToArray())
        {
            using AffineMap old = _maps[resolution];
            _maps[resolution] = old.To(ScalarType.Float32, device);
        }

        return this;
    }

    /// <summary>Makes previews.</summary>
    /// <param name="features">Features after the last group of a resolution r, (B, C, r, r), of any float type, on the device of the heads.</param>
    /// <returns>uint8 (B, r, r, 3), on that device: round-half-even of the levels, clamped to 0..255. Owned by the caller.</returns>
    /// <exception cref="ArgumentException">There is no head for r, or it is for another number of channels.</exception>
    public Tensor Images(Tensor features)
    {
        long[] shape = features.shape;
        if (shape.Length != 4 || shape[2] != shape[3] || !_maps.TryGetValue((int)shape[2], out AffineMap? map) || map.Weight.shape[1] != shape[1])
        {
            string accepted = string.Join(", ", _maps.Select(entry => $"(B, {entry.Value.Weight.shape[1]}, {entry.Key}, {entry.Key})"));
            throw new ArgumentException($"The features have the shape ({string.Join(", ", shape)}); there are heads for {accepted}.", nameof(features));
        }

        return map.Images(features);
    }

    /// <inheritdoc/>
    public void Dispose() => Dispose(_maps.Values);

    private static void Dispose(IEnumerable<AffineMap> maps)
    {
        foreach (AffineMap map in maps)
        {
            map.Dispose();
        }
    }
}
