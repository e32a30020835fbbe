using System.Buffers;
using Cvdvae.V1;

namespace Cvdvae.ServiceDefaults.Tensors;

/// <summary>A whole tensor as it goes over the wire.</summary>
/// <param name="Type">Type of the elements.</param>
/// <param name="Shape">Shape, slowest dimension first.</param>
/// <param name="Data">The elements: little-endian, row-major; as many bytes as type and shape say.</param>
public sealed record TensorContent(TensorType Type, IReadOnlyList<uint> Shape, ReadOnlyMemory<byte> Data)
{
    // Smaller arrays are cheap: the garbage collector gives them memory that is in use already. It takes fresh pages for each large one, which takes longer than to fill it.
    private const int LeastPooledBytes = 64 << 10;
    private const int MostPooledBytes = 256 << 20;
    private const int ArraysOfASize = 8;

    private static readonly ArrayPool<byte> Pool = ArrayPool<byte>.Create(MostPooledBytes, ArraysOfASize);

    private byte[]? _rented;

    /// <summary>A tensor whose elements are still to be written, in memory that tensors before it had, if it is large.</summary>
    /// <param name="type">Type of the elements.</param>
    /// <param name="shape">Shape, slowest dimension first.</param>
    /// <param name="bytes">Bytes of the elements.</param>
    /// <param name="data">Where they go.</param>
    public static TensorContent Rent(TensorType type, IReadOnlyList<uint> shape, int bytes, out Memory<byte> data)
    {
        byte[]? rented = bytes >= LeastPooledBytes ? Pool.Rent(bytes) : null;
        data = (rented ?? GC.AllocateUninitializedArray<byte>(bytes)).AsMemory(0, bytes);
        return new TensorContent(type, shape, data) { _rented = rented };
    }

    /// <summary>Leaves its memory to the next tensors: only for who knows that nobody reads it any more. Without it the garbage collector takes it.</summary>
    public void Release()
    {
        if (Interlocked.Exchange(ref _rented, null) is { } rented)
        {
            Pool.Return(rented);
        }
    }
}
