using Cvdvae.Model.Configuration;
using Cvdvae.Model.Decoding;
using Cvdvae.Model.Sampling;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Decoding;

public sealed class PreparedNoiseTests
{
    private const int Zdim = 4;
    private static readonly LatentGroup Group = TinyModel.Architecture.Groups[^1];
    private static readonly int Length = Group.Resolution * Group.Resolution * Zdim;
    private readonly RecordingNoise _source = new();

    [Fact]
    public void FillNormal_Prepared_GivesTheSourcesNumbersOnceWithoutAsking()
    {
        var noise = new PreparedNoise(_source);
        Assert.Equal(Length * sizeof(float), noise.Prepare(new DecodeRow(9, 2, 1, 0.5f), Group, Zdim));
        NoiseStream stream = Assert.Single(_source.Streams);
        float[] expected = new float[Length];
        new PhiloxNoise().FillNormal(stream, expected);

        float[] first = new float[Length];
        noise.FillNormal(stream, first);
        Assert.Single(_source.Streams);
        float[] second = new float[Length];
        noise.FillNormal(stream, second);

        Assert.Equal([stream, stream], _source.Streams);
        Assert.Equal(expected, first);
        Assert.Equal(expected, second);
    }

    [Fact]
    public void FillNormal_MoreThanPrepared_AsksTheSource()
    {
        var noise = new PreparedNoise(_source);
        noise.Prepare(new DecodeRow(9, 2, 1, 1), Group, Zdim);
        float[] expected = new float[Length + 1];
        new PhiloxNoise().FillNormal(_source.Streams[0], expected);
        float[] actual = new float[Length + 1];

        noise.FillNormal(_source.Streams[0], actual);

        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Normals_SomeRowsPrepared_EqualTheSources()
    {
        INoiseSource noise = new PreparedNoise(_source);
        ((PreparedNoise)noise).Prepare(new DecodeRow(9, 2, 1, 1), Group, Zdim);
        NoiseStream[] streams = [.. Enumerable.Range(1, 3).Select(sample => new NoiseStream(9, (uint)sample, (uint)Group.Index))];

        using Tensor actual = noise.Normals(streams, Length, CPU);

        using Tensor expected = ((INoiseSource)new PhiloxNoise()).Normals(streams, Length, CPU);
        TensorAssert.Equal(expected, actual);
    }

    [Fact]
    public void Prepare_TemperatureZero_MakesNothing()
    {
        Assert.Equal(0, new PreparedNoise(_source).Prepare(new DecodeRow(9, 2, 1, 0), Group, Zdim));
        Assert.Empty(_source.Streams);
    }
}
