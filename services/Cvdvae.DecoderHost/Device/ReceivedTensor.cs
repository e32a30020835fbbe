using Cvdvae.V1;

namespace Cvdvae.DecoderHost.Device;

/// <summary>A whole tensor as it came over the wire, checked against the shape that was expected.</summary>
/// <param name="Type">Type of the elements: a float type.</param>
/// <param name="Shape">Shape, (1, C, r, r).</param>
/// <param name="Data">The elements, little-endian, row-major.</param>
internal sealed record ReceivedTensor(TensorType Type, long[] Shape, ReadOnlyMemory<byte> Data);
