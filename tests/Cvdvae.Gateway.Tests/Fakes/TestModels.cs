using Cvdvae.V1;

namespace Cvdvae.Gateway.Tests.Fakes;

/// <summary>Models that fake decoders claim to have.</summary>
internal static class TestModels
{
    /// <summary>64 pixels out of 16 (x4) or 8 (x8), previews at 1, 4, 8, 16, 32.</summary>
    public static ModelInfo Info(string name = "faces", string version = "1", string hash = "abc", uint outputSize = 64) => new()
    {
        Name = name,
        Version = version,
        ContentHash = hash,
        OutputSize = outputSize,
        GroupCount = 12,
        EncoderTemperature = 0.8f,
        PriorTemperature = 0.7f,
        PixelSampling = PixelSampling.Mean,
        Licence = "MIT",
        Description = "Faces.",
        Scales =
        {
            new ScaleInfo { Scale = 4, InputSize = outputSize / 4, ConditionedGroupCount = 8 },
            new ScaleInfo { Scale = 8, InputSize = outputSize / 8, ConditionedGroupCount = 6 },
        },
        Resolutions = { Resolutions(outputSize).Select(resolution => new ResolutionInfo { Resolution = resolution, GroupCount = 2 }) },
    };

    public static IEnumerable<uint> Resolutions(uint outputSize) => new uint[] { 1, 4, 8, 16, 32, 64, 128, 256 }.Where(side => side <= outputSize);

    /// <summary>The levels of a frame: they tell seed, sample and resolution apart.</summary>
    public static byte[] Pixels(ulong seed, uint sample, uint resolution)
    {
        byte[] pixels = new byte[resolution * resolution * 3];
        new Random(HashCode.Combine(seed, sample, resolution)).NextBytes(pixels);
        return pixels;
    }
}
