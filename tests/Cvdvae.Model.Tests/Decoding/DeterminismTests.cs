using Cvdvae.Model.Decoding;
using Cvdvae.Model.Sampling;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Decoding;

public sealed class DeterminismTests : IDisposable
{
    private readonly TinyModel _model = new();

    [Fact]
    public void Advance_SameSeedAndSample_GivesTheSameBits()
    {
        LowResFeatures image = _model.Image(_model.Twice, 1);
        using Tensor first = _model.Decode([new DecodeRow(7, 3, 0.8f, 0.8f, image)]);
        using Tensor second = _model.Decode([new DecodeRow(7, 3, 0.8f, 0.8f, image)]);

        TensorAssert.Equal(first, second);
    }

    [Theory]
    [InlineData(8, 3, 0.8f, 0.8f)]
    [InlineData(7, 4, 0.8f, 0.8f)]
    [InlineData(7, 3, 0.7f, 0.8f)]
    [InlineData(7, 3, 0.8f, 0.7f)]
    public void Advance_OtherSeedSampleOrTemperature_GivesAnotherResult(ulong seed, uint sample, float encoderTemperature, float priorTemperature)
    {
        LowResFeatures image = _model.Image(_model.Twice, 1);
        using Tensor first = _model.Decode([new DecodeRow(7, 3, 0.8f, 0.8f, image)]);
        using Tensor second = _model.Decode([new DecodeRow(seed, sample, encoderTemperature, priorTemperature, image)]);

        TensorAssert.Differ(first, second);
    }

    [Fact]
    public void Advance_OtherImageOrNone_GivesAnotherResult()
    {
        using Tensor first = _model.Decode([new DecodeRow(7, 3, 0.8f, 0.8f, _model.Image(_model.Twice, 1))]);
        using Tensor second = _model.Decode([new DecodeRow(7, 3, 0.8f, 0.8f, _model.Image(_model.Twice, 2))]);
        using Tensor third = _model.Decode([new DecodeRow(7, 3, 0.8f, 0.8f)]);

        TensorAssert.Differ(first, second);
        TensorAssert.Differ(first, third);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Advance_TemperatureZero_NeedsNoNoise(bool conditioned)
    {
        LowResFeatures? image = conditioned ? _model.Image(_model.FourTimes, 1) : null;
        var noise = new FailingNoise(failures: int.MaxValue, after: 0);
        using Tensor first = _model.Decode([new DecodeRow(7, 3, 0, 0, image)], noise);
        using Tensor second = _model.Decode([new DecodeRow(99, 0, 0, 0, image)]);

        Assert.True(first.isfinite().all().item<bool>());
        TensorAssert.Equal(first, second);
    }

    [Theory]
    [InlineData(0.8f, 0, new[] { 0, 1, 2 })]
    [InlineData(0, 0.8f, new[] { 3, 4, 5, 6, 7 })]
    public void Advance_TwoTemperatures_HoldOnTheirSideOfTheBoundary(float encoderTemperature, float priorTemperature, int[] groups)
    {
        var noise = new RecordingNoise();

        using Tensor features = _model.Decode([new DecodeRow(7, 3, encoderTemperature, priorTemperature, _model.Image(_model.FourTimes, 1))], noise);

        Assert.Equal(groups.Select(group => new NoiseStream(7, 3, (uint)group)), noise.Streams);
    }

    [Fact]
    public void Advance_PriorRow_TakesThePriorTemperatureThroughout()
    {
        using Tensor first = _model.Decode([new DecodeRow(7, 3, 0.1f, 0.8f)]);
        using Tensor second = _model.Decode([new DecodeRow(7, 3, 2, 0.8f)]);

        TensorAssert.Equal(first, second);
    }

    public void Dispose() => _model.Dispose();
}
