using Cvdvae.Model.Sampling;

namespace Cvdvae.Model.Tests.Decoding;

/// <summary>Keeps the names of the streams of normal numbers that were asked for.</summary>
internal sealed class RecordingNoise : INoiseSource
{
    private readonly PhiloxNoise _noise = new();

    public List<NoiseStream> Streams { get; } = [];

    public void FillNormal(NoiseStream stream, Span<float> destination)
    {
        Streams.Add(stream);
        _noise.FillNormal(stream, destination);
    }

    public void FillUniform(NoiseStream stream, Span<float> destination) => _noise.FillUniform(stream, destination);
}
