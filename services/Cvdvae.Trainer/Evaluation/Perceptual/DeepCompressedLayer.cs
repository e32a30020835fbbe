using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Cvdvae.Model.Weights;

namespace Cvdvae.Trainer.Evaluation.Perceptual;

/// <summary>
/// A convolution of a deep-compressed file (Han et al., arXiv 1510.00149): 256 shared values, a bias for each output, then for each stored weight one
/// byte, which of the values it has, and four bits, how many zeros come before it (low half of a byte first).
/// </summary>
/// <param name="Name">Torchvision's key, without <c>.weight</c> or <c>.bias</c>.</param>
/// <param name="Outputs">Channels out.</param>
/// <param name="Inputs">Channels in.</param>
/// <param name="Kernel">Side of the kernel.</param>
internal sealed record DeepCompressedLayer(string Name, int Outputs, int Inputs, int Kernel)
{
    private const int SharedValues = 256;
    private const int ValueBytes = sizeof(float);

    /// <summary>Number of weights (Outputs, Inputs, Kernel, Kernel), zeros included.</summary>
    public int Elements => Outputs * Inputs * Kernel * Kernel;

    /// <summary>Bytes that it takes with a number of stored weights from 1 to <see cref="Elements"/>.</summary>
    public int ByteLength(int stored) => ValueBytes * (SharedValues + Outputs) + stored + GapBytes(stored);

    /// <summary>Reads its bytes.</summary>
    /// <param name="bytes"><see cref="ByteLength"/> bytes.</param>
    /// <param name="stored">Number of stored weights, from 1 to <see cref="Elements"/>.</param>
    /// <param name="origin">The file, for messages.</param>
    /// <exception cref="InvalidWeightsException">The zeros lead beyond the last weight.</exception>
    public (float[] Weight, float[] Bias) Decode(ReadOnlySpan<byte> bytes, int stored, string origin)
    {
        float[] values = Floats(bytes, SharedValues);
        float[] bias = Floats(bytes[(ValueBytes * SharedValues)..], Outputs);
        ReadOnlySpan<byte> codes = bytes.Slice(ValueBytes * (SharedValues + Outputs), stored);
        ReadOnlySpan<byte> gaps = bytes[^GapBytes(stored)..];
        float[] weight = new float[Elements];
        int position = -1;
        for (int index = 0; index < stored; index++)
        {
            position += 1 + ((gaps[index / 2] >> (4 * (index % 2))) & 0xf);
            if (position >= Elements)
            {
                throw new InvalidWeightsException(origin, $"'{Name}': weight {index + 1} of {stored} is put at position {position} of {Elements}");
            }

            weight[position] = values[codes[index]];
        }

        return (weight, bias);
    }

    private static int GapBytes(int stored) => (stored + 1) / 2;

    private static float[] Floats(ReadOnlySpan<byte> bytes, int count)
    {
        float[] values = new float[count];
        if (BitConverter.IsLittleEndian)
        {
            bytes[..(ValueBytes * count)].CopyTo(MemoryMarshal.AsBytes(values.AsSpan()));
            return values;
        }

        for (int index = 0; index < count; index++)
        {
            values[index] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(ValueBytes * index)..]);
        }

        return values;
    }
}
