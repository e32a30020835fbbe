using static TorchSharp.torch;

namespace Cvdvae.Model.Sampling;

/// <summary>
/// Where the model gets its random numbers from: a generator when it serves, recorded numbers when it is compared with a reference.
/// </summary>
/// <remarks>
/// Element i of a stream is the same whatever the length of the destination, so a shorter fill is a prefix of a longer one.
/// Normals and uniforms of one stream are independent of each other. Implementations are safe to call from several threads.
/// </remarks>
public interface INoiseSource
{
    /// <summary>Fills <paramref name="destination"/> with the first elements of the stream's standard normals.</summary>
    /// <param name="stream">Which sequence to read.</param>
    /// <param name="destination">Receives elements 0, 1, 2, ... in row-major order of the (C, H, W) tensor it stands for.</param>
    public void FillNormal(NoiseStream stream, Span<float> destination);

    /// <summary>Fills <paramref name="destination"/> with the first elements of the stream's uniforms, within [1e-5, 1 - 1e-5].</summary>
    /// <param name="stream">Which sequence to read.</param>
    /// <param name="destination">Receives elements 0, 1, 2, ... in row-major order of the tensor it stands for.</param>
    public void FillUniform(NoiseStream stream, Span<float> destination);

    /// <summary>The first standard normals of some streams as a tensor.</summary>
    /// <param name="streams">The streams, one for each row.</param>
    /// <param name="length">Numbers of each stream, below 2^31.</param>
    /// <param name="device">Where the tensor is to be.</param>
    /// <returns>(streams, length), float32, owned by the caller.</returns>
    public Tensor Normals(IReadOnlyList<NoiseStream> streams, int length, Device device) => NoiseTensors.Of(streams, length, device, FillNormal);

    /// <summary>The first uniforms of some streams as a tensor.</summary>
    /// <inheritdoc cref="Normals" path="/param"/>
    /// <inheritdoc cref="Normals" path="/returns"/>
    public Tensor Uniforms(IReadOnlyList<NoiseStream> streams, int length, Device device) => NoiseTensors.Of(streams, length, device, FillUniform);
}
