using Cvdvae.Model.Sampling;

namespace Cvdvae.Model.Tests.Decoding;

/// <summary>Throws for some calls, as an allocation may, then works.</summary>
internal sealed class FailingNoise(int failures, int after) : INoiseSource
{
    private readonly PhiloxNoise _noise = new();
    private int _calls;

    public void FillNormal(NoiseStream stream, Span<float> destination)
    {
        Count();
        _noise.FillNormal(stream, destination);
    }

    public void FillUniform(NoiseStream stream, Span<float> destination)
    {
        Count();
        _noise.FillUniform(stream, destination);
    }

    private void Count()
    {
        int call = _calls++;
        if (call >= after && call - after < failures)
        {
            throw new InsufficientMemoryException($"call {call}");
        }
    }
}
