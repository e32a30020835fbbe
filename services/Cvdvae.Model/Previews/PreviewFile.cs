using System.Globalization;
using Cvdvae.Model.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Model.Previews;

/// <summary>The tensors of <c>previews.safetensors</c>.</summary>
internal static class PreviewFile
{
    /// <summary>Reads the map of a resolution, onto the CPU.</summary>
    /// <param name="source">The file.</param>
    /// <param name="resolution">r.</param>
    /// <param name="width">Channels of the features at r.</param>
    /// <exception cref="InvalidWeightsException">A tensor is missing, of another shape or type, or holds numbers that are not finite.</exception>
    public static AffineMap Read(ITensorSource source, int resolution, int width)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = Load(source, Name(resolution, "weight"), 3, width);
        Tensor bias = Load(source, Name(resolution, "bias"), 3);
        return new AffineMap(weight.DetachFromDisposeScope(), bias.DetachFromDisposeScope());
    }

    /// <summary>Everything to write. The tensors stay the maps'.</summary>
    public static ITensorSource Of(IEnumerable<KeyValuePair<int, AffineMap>> maps) => TorchTensors.AsSource(maps.SelectMany(entry => new[]
    {
        KeyValuePair.Create(Name(entry.Key, "weight"), entry.Value.Weight),
        KeyValuePair.Create(Name(entry.Key, "bias"), entry.Value.Bias),
    }));

    private static string Name(int resolution, string part) => string.Create(CultureInfo.InvariantCulture, $"head.{resolution}.{part}");

    private static Tensor Load(ITensorSource source, string name, params long[] shape)
    {
        TensorEntry entry = source.Require(name);
        if (entry.ElementType != TensorElementType.F32)
        {
            throw new InvalidWeightsException(source.Origin, $"tensor '{name}' is {entry.ElementType}; accepted is F32");
        }

        Tensor tensor = empty(shape, dtype: ScalarType.Float32);
        TorchTensors.LoadInto(source, name, tensor);
        return tensor.isfinite().all().item<bool>()
            ? tensor
            : throw new InvalidWeightsException(source.Origin, $"tensor '{name}' holds numbers that are not finite");
    }
}
