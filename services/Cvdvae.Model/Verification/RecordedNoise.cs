using Cvdvae.Model.Sampling;
using static TorchSharp.torch;

namespace Cvdvae.Model.Verification;

/// <summary>The random numbers of a reference file, row i of a tensor for sample i.</summary>
internal sealed class RecordedNoise : INoiseSource
{
    private readonly Dictionary<uint, Tensor> _normals = [];
    private readonly Dictionary<uint, Tensor> _uniforms = [];

    /// <summary>Adds the normals of a latent group, (N, zdim, r, r).</summary>
    public void AddNormals(int group, Tensor values)
    {
        // A latent group's stream runs over (row, column, channel).
        _normals.Add((uint)group, values.permute(0, 2, 3, 1).contiguous());
    }

    /// <summary>Adds the uniforms of the pixels, (N, H, W, C).</summary>
    public void AddUniforms(int group, Tensor values)
    {
        // The streams of the pixels run over (channel, row, column).
        _uniforms.Add((uint)group, values.permute(0, 3, 1, 2).contiguous());
    }

    /// <inheritdoc/>
    public void FillNormal(NoiseStream stream, Span<float> destination) => Fill(_normals[stream.Group], stream, destination);

    /// <inheritdoc/>
    public void FillUniform(NoiseStream stream, Span<float> destination) => Fill(_uniforms[stream.Group], stream, destination);

    /// <summary>The recorded normals of a latent group in the shape of <paramref name="like"/>, (N, zdim, r, r).</summary>
    public Tensor Normals(int group, Tensor like) => _normals[(uint)group].permute(0, 3, 1, 2).to(like.device);

    private static void Fill(Tensor values, NoiseStream stream, Span<float> destination)
    {
        using Tensor row = values.narrow(0, stream.Sample, 1);
        row.data<float>().CopyTo(destination);
    }
}
