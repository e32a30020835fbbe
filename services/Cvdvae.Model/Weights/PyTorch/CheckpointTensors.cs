using System.Collections.Immutable;
using Cvdvae.Model.Weights.Bytes;
using Cvdvae.Model.Weights.Pickling;

namespace Cvdvae.Model.Weights.PyTorch;

/// <summary>The tensors of a checkpoint's state dict, every one checked to lie within its storage.</summary>
internal sealed class CheckpointTensors : ITensorSource
{
    /// <summary>
    /// Tensors may share a storage (tied weights), but reading all of them must not cost many times the file.
    /// </summary>
    private const int MaxSharing = 16;

    private readonly IByteSource _bytes;
    private readonly Dictionary<string, TensorEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StridedView> _views = new(StringComparer.Ordinal);

    public CheckpointTensors(IByteSource bytes, Checkpoint checkpoint)
    {
        _bytes = bytes;
        Int128 total = 0;
        FoundStates found = StateDict.Find(checkpoint.Root, bytes.Origin);
        Notes = found.Notes;
        foreach ((string name, PickleTensor tensor) in found.Tensors)
        {
            StridedView view = CheckedView(name, tensor, checkpoint.Storages);
            _views.Add(name, view);
            _entries.Add(name, new TensorEntry(name, view.ElementType, tensor.Shape, view.ByteLength));
            total += view.ByteLength;
        }

        if (total > (Int128)bytes.Length * MaxSharing)
        {
            throw new InvalidWeightsException(Origin, $"its tensors take {total} bytes, over {MaxSharing} times the file's {bytes.Length}");
        }
    }

    public string Origin => _bytes.Origin;

    public IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    public IReadOnlyDictionary<string, string> Metadata => ImmutableDictionary<string, string>.Empty;

    public IReadOnlyList<string> Notes { get; }

    public void CopyTo(string name, Span<byte> destination)
    {
        this.Require(name, destination);
        _views[name].CopyTo(_bytes, destination);
    }

    public void Dispose() => _bytes.Dispose();

    private StridedView CheckedView(string name, PickleTensor tensor, IReadOnlyDictionary<string, ByteRange> storages)
    {
        PickleStorage storage = tensor.Storage;
        if (storage.ElementType is not { } elementType)
        {
            throw new InvalidWeightsException(Origin, $"tensor '{name}' depends on {storage.Kind}, which is not accepted");
        }

        if (!storages.TryGetValue(storage.Key, out ByteRange range))
        {
            throw new InvalidWeightsException(Origin, $"tensor '{name}' refers to storage '{storage.Key}', which the file does not have");
        }

        if (storage.ElementCount != range.Length / elementType.SizeInBytes() || range.Length % elementType.SizeInBytes() != 0)
        {
            throw new InvalidWeightsException(
                Origin,
                $"storage '{storage.Key}' has {range.Length} bytes, which are not {storage.ElementCount} elements of {elementType}");
        }

        return StridedView.TryCreate(elementType, range, tensor, out StridedView? view)
            ? view
            : throw new InvalidWeightsException(
                Origin,
                $"tensor '{name}' with the shape ({string.Join(", ", tensor.Shape)}), strides ({string.Join(", ", tensor.Strides)})"
                + $" and offset {tensor.Offset} does not fit in the {storage.ElementCount} elements of storage '{storage.Key}'");
    }
}
