using Cvdvae.Model.Weights;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Import;

/// <summary>Looks at every tensor that a model will be loaded from, before anything is written.</summary>
internal static class TensorCheck
{
    private static readonly TensorElementType[] Accepted = [TensorElementType.F16, TensorElementType.BF16, TensorElementType.F32, TensorElementType.F64];

    /// <summary>Checks types, shapes and values, in the order of the names: the first that does not fit is named.</summary>
    /// <param name="source">The tensors; all of the expected ones are there.</param>
    /// <param name="expected">Shapes by name.</param>
    /// <exception cref="InvalidWeightsException">A tensor does not fit.</exception>
    public static void Run(ITensorSource source, IReadOnlyDictionary<string, long[]> expected)
    {
        (string Name, long[] Shape)[] tensors = [.. expected.Select(pair => (pair.Key, pair.Value)).OrderBy(pair => pair.Key, StringComparer.Ordinal)];
        foreach ((string name, long[] shape) in tensors)
        {
            TensorEntry entry = source.Require(name);
            if (!Accepted.Contains(entry.ElementType))
            {
                throw new InvalidWeightsException(source.Origin, $"tensor '{name}' is of type {entry.ElementType}; accepted are F16, BF16, F32 and F64");
            }

            if (!entry.Shape.AsSpan().SequenceEqual(shape))
            {
                throw new InvalidWeightsException(
                    source.Origin, $"tensor '{name}' has the shape {entry.ShapeText}; expected is ({string.Join(", ", shape)}): the hyper-parameters are of another model");
            }
        }

        // Only now what costs a look at all the bytes.
        foreach ((string name, _) in tensors)
        {
            if (!IsFinite(source, name))
            {
                throw new InvalidWeightsException(source.Origin, $"tensor '{name}' holds a value that is not a finite number, as the weights of a failed training do");
            }
        }
    }

    // As they will be computed with: a double too large for a float is no better than infinity.
    private static bool IsFinite(ITensorSource source, string name)
    {
        using var scope = NewDisposeScope();
        return TorchTensors.Load(source, name, ScalarType.Float32).isfinite().all().item<bool>();
    }
}
