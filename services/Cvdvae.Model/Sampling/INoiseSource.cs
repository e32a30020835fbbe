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
}
