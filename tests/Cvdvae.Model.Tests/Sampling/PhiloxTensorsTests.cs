using Cvdvae.Model.Sampling;
using Cvdvae.Model.Tests.Leaks;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Sampling;

[Collection(ProcessWide.Name)]
public sealed class PhiloxTensorsTests
{
    private static readonly PhiloxNoise Noise = new();

    private static readonly NoiseStream[] Streams =
    [
        new(0, 0, 0), new(7, 3, 42), new(ulong.MaxValue, uint.MaxValue, uint.MaxValue - 1), new(0x8000_0000_7fff_ffff, 0x8000_0000, 65), new(0x0123456789abcdef, 1, 2),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(4099)]
    [InlineData(100_000)]
    public void Uniforms_AnyStreams_AreThoseOfTheProcessor(int length)
    {
        using Tensor expected = NoiseTensors.Of(Streams, length, CPU, Noise.FillUniform);

        using Tensor actual = PhiloxTensors.Uniforms(Streams, length, CPU);

        // A float for each word: equal floats come from equal words.
        TensorAssert.Equal(expected, actual);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4099)]
    [InlineData(100_000)]
    public void Normals_AnyStreams_AreThoseOfTheProcessor(int length)
    {
        using Tensor expected = NoiseTensors.Of(Streams, length, CPU, Noise.FillNormal);

        using Tensor actual = PhiloxTensors.Normals(Streams, length, CPU);

        Assert.Equal(ScalarType.Float32, actual.dtype);
        using Tensor difference = actual.sub(expected).abs_().amax([0L, 1L]);
        Assert.InRange(difference.item<float>(), 0, 4e-6f);
    }

    [Fact]
    public void NormalsAndUniforms_LeaveNoTensors() => LiveTensors.AssertConstant(20, () =>
    {
        PhiloxTensors.Normals(Streams, 1000, CPU).Dispose();
        PhiloxTensors.Uniforms(Streams, 1000, CPU).Dispose();
    });
}
