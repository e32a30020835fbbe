using Cvdvae.Model.Sampling;

namespace Cvdvae.Model.Tests.Previews;

/// <summary>Gives one sample a latent in the second group that no others have.</summary>
internal sealed class WildNoise(uint sample, float latent) : INoiseSource
{
    private readonly PhiloxNoise _noise = new();

    public void FillNormal(NoiseStream stream, Span<float> destination)
    {
        _noise.FillNormal(stream, destination);
        if (stream.Sample == sample && stream.Group == 1)
        {
            destination[0] = latent;
        }
    }

    public void FillUniform(NoiseStream stream, Span<float> destination) => _noise.FillUniform(stream, destination);
}
