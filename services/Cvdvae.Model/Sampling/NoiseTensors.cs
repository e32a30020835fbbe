using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Model.Sampling;

/// <summary>Random numbers from the processor as a tensor.</summary>
internal static class NoiseTensors
{
    /// <summary>Fills one row for each stream; (streams, length), float32, on the device.</summary>
    public static Tensor Of(IReadOnlyList<NoiseStream> streams, int length, Device device, FillStream fill)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor numbers = empty([streams.Count, length], dtype: ScalarType.Float32, device: CPU);
        Span<float> values = MemoryMarshal.Cast<byte, float>(numbers.bytes);
        for (int row = 0; row < streams.Count; row++)
        {
            fill(streams[row], values.Slice(row * length, length));
        }

        return numbers.to(device).MoveToOuterDisposeScope();
    }

    /// <summary>Fills a row with the first numbers of a stream.</summary>
    public delegate void FillStream(NoiseStream stream, Span<float> destination);
}
