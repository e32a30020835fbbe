using Cvdvae.Model.Sampling;

namespace Cvdvae.DecoderHost.Tests.Device;

/// <summary>Runs out of memory in one call, in the middle of a step.</summary>
/// <param name="after">Calls that go well before it; 0 and up.</param>
internal sealed class FailingNoise(int after) : INoiseSource
{
    private readonly PhiloxNoise _noise = new();
    private int _left = after;

    public void FillNormal(NoiseStream stream, Span<float> destination)
    {
        if (_left-- == 0)
        {
            throw new InsufficientMemoryException("not enough memory: you tried to allocate 9 bytes");
        }

        _noise.FillNormal(stream, destination);
    }

    public void FillUniform(NoiseStream stream, Span<float> destination)
    {
        if (_left-- == 0)
        {
            throw new InvalidOperationException("CUDA out of memory. Tried to allocate 9 GiB");
        }

        _noise.FillUniform(stream, destination);
    }
}
