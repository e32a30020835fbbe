using System.Buffers;
using System.Collections.Concurrent;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Sampling;
using static TorchSharp.torch;

namespace Cvdvae.Model.Decoding;

/// <summary>The numbers of a source, those of the latents of some rows and groups made ahead, by another thread maybe. What was made is given once.</summary>
/// <param name="source">The source.</param>
public sealed class PreparedNoise(INoiseSource source) : INoiseSource
{
    private readonly ConcurrentDictionary<NoiseStream, ArraySegment<float>> _normals = new();

    /// <summary>Makes the normal numbers of a row's latents.</summary>
    /// <param name="row">The row.</param>
    /// <param name="group">The latent group.</param>
    /// <param name="zdim">Channels of the latents.</param>
    /// <returns>Bytes that are kept until they are asked for.</returns>
    public long Prepare(DecodeRow row, LatentGroup group, int zdim)
    {
        if (row.Temperature(group.Index) == 0)
        {
            return 0;
        }

        NoiseStream stream = LatentNoise.StreamOf(row, group);
        int length = LatentNoise.LengthOf(group, zdim);
        var numbers = new ArraySegment<float>(ArrayPool<float>.Shared.Rent(length), 0, length);
        source.FillNormal(stream, numbers);
        _normals[stream] = numbers;
        return (long)length * sizeof(float);
    }

    /// <inheritdoc/>
    public void FillNormal(NoiseStream stream, Span<float> destination)
    {
        if (!_normals.TryRemove(stream, out ArraySegment<float> numbers) || numbers.Count < destination.Length)
        {
            source.FillNormal(stream, destination);
            return;
        }

        numbers.AsSpan(0, destination.Length).CopyTo(destination);
        ArrayPool<float>.Shared.Return(numbers.Array!);
    }

    /// <inheritdoc/>
    public void FillUniform(NoiseStream stream, Span<float> destination) => source.FillUniform(stream, destination);

    /// <inheritdoc/>
    public Tensor Normals(IReadOnlyList<NoiseStream> streams, int length, Device device) =>
        streams.Any(_normals.ContainsKey) ? NoiseTensors.Of(streams, length, device, FillNormal) : source.Normals(streams, length, device);

    /// <inheritdoc/>
    public Tensor Uniforms(IReadOnlyList<NoiseStream> streams, int length, Device device) => source.Uniforms(streams, length, device);
}
