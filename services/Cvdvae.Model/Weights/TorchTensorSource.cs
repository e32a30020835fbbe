using System.Collections.Immutable;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Model.Weights;

/// <summary>Tensors of libtorch as a source.</summary>
internal sealed class TorchTensorSource : ITensorSource
{
    private readonly Dictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorEntry> _entries = new(StringComparer.Ordinal);

    public TorchTensorSource(IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        foreach ((string name, Tensor tensor) in tensors)
        {
            TensorElementType elementType = ElementType(name, tensor.dtype);
            ImmutableArray<long> shape = [.. tensor.shape];
            _tensors.Add(name, tensor);
            _entries.Add(name, new TensorEntry(name, elementType, shape, tensor.numel() * elementType.SizeInBytes()));
        }
    }

    public string Origin => "tensors in memory";

    public IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    public IReadOnlyDictionary<string, string> Metadata => ImmutableDictionary<string, string>.Empty;

    public void CopyTo(string name, Span<byte> destination)
    {
        this.Require(name, destination);
        using DisposeScope scope = NewDisposeScope();
        _tensors[name].detach().cpu().contiguous().bytes.CopyTo(destination);
    }

    public void Dispose()
    {
        // The tensors belong to the caller.
    }

    private static TensorElementType ElementType(string name, ScalarType type)
    {
        foreach (TensorElementType candidate in Enum.GetValues<TensorElementType>())
        {
            if (TorchTensors.ToScalarType(candidate) == type)
            {
                return candidate;
            }
        }

        throw new ArgumentException($"tensor '{name}' has the type {type}; accepted are {SafetensorsDtype.Accepted}", nameof(type));
    }
}
