using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Cvdvae.Model.Weights.Bytes;
using Cvdvae.Model.Weights.Pickling;

namespace Cvdvae.Model.Weights.PyTorch;

/// <summary>A tensor as a strided view of a range of the file.</summary>
internal sealed class StridedView
{
    // A window around the view is read at once unless it is much larger than what is wanted of it.
    private const int MaxWindowRatio = 4;

    private readonly long _begin;
    private readonly long _spanBytes;
    private readonly ImmutableArray<long> _outerShape;
    private readonly ImmutableArray<long> _outerStrideBytes;
    private readonly int _runBytes;

    private StridedView(TensorElementType elementType, long begin, long elements, long span, PickleTensor tensor)
    {
        int size = elementType.SizeInBytes();
        ElementType = elementType;
        ByteLength = elements * size;
        _begin = begin;
        _spanBytes = span * size;

        // The innermost dimensions that lie side by side are copied as one run.
        long run = 1;
        int outer = tensor.Shape.Length;
        while (outer > 0 && (tensor.Shape[outer - 1] == 1 || tensor.Strides[outer - 1] == run))
        {
            run *= tensor.Shape[--outer];
        }

        _outerShape = tensor.Shape[..outer];
        _outerStrideBytes = [.. tensor.Strides[..outer].Select(stride => stride * size)];
        _runBytes = outer == 0 ? 0 : (int)(run * size);
    }

    public TensorElementType ElementType { get; }

    public long ByteLength { get; }

    /// <summary>
    /// Checks that the view lies within its storage, and has no more elements than it: strides of 0 could otherwise make
    /// a small file a huge tensor.
    /// </summary>
    public static bool TryCreate(
        TensorElementType elementType, ByteRange storage, PickleTensor tensor, [NotNullWhen(true)] out StridedView? view)
    {
        view = null;
        long available = storage.Length / elementType.SizeInBytes();
        if (TensorSize.Elements(tensor.Shape) is not { } elements || elements > available || tensor.Offset > available)
        {
            return false;
        }

        Int128 span = elements == 0 ? 0 : 1;
        for (int dimension = 0; elements > 0 && dimension < tensor.Shape.Length; dimension++)
        {
            span += (Int128)(tensor.Shape[dimension] - 1) * tensor.Strides[dimension];
        }

        if (span > available - tensor.Offset)
        {
            return false;
        }

        view = new StridedView(elementType, storage.Begin + tensor.Offset * elementType.SizeInBytes(), elements, (long)span, tensor);
        return true;
    }

    /// <summary>Copies the elements in row-major order.</summary>
    public void CopyTo(IByteSource bytes, Span<byte> destination)
    {
        if (destination.IsEmpty)
        {
            return;
        }

        if (_outerShape.IsEmpty)
        {
            bytes.Read(_begin, destination);
        }
        else if (_spanBytes <= (long)destination.Length * MaxWindowRatio && _spanBytes <= Array.MaxLength)
        {
            byte[] window = new byte[_spanBytes];
            bytes.Read(_begin, window);
            using var content = new MemoryBytes(window, bytes.Origin);
            CopyRuns(content, 0, destination);
        }
        else
        {
            CopyRuns(bytes, _begin, destination);
        }
    }

    private void CopyRuns(IByteSource bytes, long offset, Span<byte> destination)
    {
        Span<long> index = stackalloc long[_outerShape.Length];
        index.Clear();
        while (true)
        {
            bytes.Read(offset, destination[.._runBytes]);
            destination = destination[_runBytes..];
            if (destination.IsEmpty)
            {
                return;
            }

            int dimension = index.Length - 1;
            while (++index[dimension] == _outerShape[dimension])
            {
                offset -= (index[dimension] - 1) * _outerStrideBytes[dimension];
                index[dimension--] = 0;
            }

            offset += _outerStrideBytes[dimension];
        }
    }
}
