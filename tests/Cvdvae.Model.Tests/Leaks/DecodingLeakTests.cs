using Cvdvae.Model.Decoding;
using Cvdvae.Model.Encoding;
using Cvdvae.Model.Sampling;
using Cvdvae.Model.Tests.Decoding;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Leaks;

[Collection(ProcessWide.Name)]
public sealed class DecodingLeakTests : IDisposable
{
    private readonly TinyModel _model = new();

    [Fact]
    public void Decode_EncoderToImages_LeavesNoTensors()
    {
        var output = new PixelOutput(TinyModel.GroupCount);

        LiveTensors.AssertConstant(200, () =>
        {
            using IDisposable mode = inference_mode();
            using Tensor low = TinyModel.Random(1, 2, 3, 8, 8);
            using FeaturePyramid pyramid = _model.Twice.Encoder.call(low);
            using var first = new LowResFeatures(_model.Twice.Branch, pyramid);
            using var second = new LowResFeatures(_model.Twice.Branch, pyramid, 1);
            using var state = new DecodeState([new(1, 0, 1, 1, first), new(1, 1, 0.8f, 0.8f, second), new(1, 2, 0.8f, 0.8f), new(2, 0, 1, 1, first)]);
            _model.Decoder.Advance(state, 3, TinyModel.Noise);
            state.Keep([3, 2, 0]);
            _model.Decoder.Advance(state, TinyModel.GroupCount, TinyModel.Noise);
            using Tensor parameters = _model.Decoder.PixelParameters(state.Features!);
            foreach (PixelSampling sampling in Enum.GetValues<PixelSampling>())
            {
                using Tensor images = output.Images(parameters, state.Rows, sampling, TinyModel.Noise);
            }
        });
    }

    [Fact]
    public void Join_TwoBatches_LeavesNoTensors() => LiveTensors.AssertConstant(50, () =>
    {
        using var one = new DecodeState([new(1, 0, 1, 1), new(1, 1, 0.8f, 0.8f)]);
        using var other = new DecodeState([new(2, 0, 1, 1)]);
        _model.Decoder.Advance(one, 5, TinyModel.Noise);
        _model.Decoder.Advance(other, 5, TinyModel.Noise);
        using DecodeState joined = DecodeState.Join([one, other]);
        _model.Decoder.Advance(joined, TinyModel.GroupCount, TinyModel.Noise);
    });

    [Theory]
    [InlineData(0)]
    [InlineData(1)] // in the middle of a group
    [InlineData(7)]
    [InlineData(20)]
    public void Advance_Exception_LeavesNoTensors(int calls)
    {
        LowResFeatures image = _model.Image(_model.Twice, 1);

        LiveTensors.AssertConstant(50, () =>
        {
            using var state = new DecodeState([new(1, 0, 1, 1, image), new(1, 1, 0.8f, 0.8f), new(2, 0, 1, 1)]);
            Assert.Throws<InsufficientMemoryException>(() => _model.Decoder.Advance(state, TinyModel.GroupCount, new FailingNoise(1, calls)));
        });
    }

    [Fact]
    public void Advance_MapMissing_LeavesNoTensors()
    {
        using var empty = new LowResFeatures(_model.Twice.Branch);

        LiveTensors.AssertConstant(50, () =>
        {
            using var state = new DecodeState([new(1, 0, 1, 1, empty), new(1, 1, 0.8f, 0.8f)]);
            Assert.Throws<KeyNotFoundException>(() => _model.Decoder.Advance(state, TinyModel.GroupCount, TinyModel.Noise));
        });
    }

    public void Dispose() => _model.Dispose();
}
