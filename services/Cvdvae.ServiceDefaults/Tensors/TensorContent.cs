using Cvdvae.V1;

namespace Cvdvae.ServiceDefaults.Tensors;

/// <summary>A whole tensor as it goes over the wire.</summary>
/// <param name="Type">Type of the elements.</param>
/// <param name="Shape">Shape, slowest dimension first.</param>
/// <param name="Data">The elements: little-endian, row-major; as many bytes as type and shape say.</param>
public sealed record TensorContent(TensorType Type, IReadOnlyList<uint> Shape, ReadOnlyMemory<byte> Data);
