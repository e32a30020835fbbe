using Cvdvae.Model.Decoding;
using Cvdvae.Model.Encoding;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Decoding;

public sealed class LowResFeaturesTests : IDisposable
{
    private readonly TinyModel _model = new();

    [Fact]
    public void Add_MapByMapWhileDecoding_GivesTheSame()
    {
        using FeaturePyramid pyramid = Pyramid(1);
        using var all = new LowResFeatures(_model.Twice.Branch, pyramid);
        using Tensor expected = _model.Decode([new DecodeRow(1, 0, 0.8f, 0.8f, all)]);
        using var arriving = new LowResFeatures(_model.Twice.Branch);
        using var state = new DecodeState([new DecodeRow(1, 0, 0.8f, 0.8f, arriving)]);

        foreach (int resolution in pyramid.Resolutions)
        {
            Assert.False(arriving.Has(resolution));
            arriving.Add(pyramid[resolution]);
            Assert.True(arriving.Has(resolution));
            _model.Decoder.Advance(state, TinyModel.Architecture.GroupsAt(resolution).End, TinyModel.Noise);
        }

        _model.Decoder.Advance(state, TinyModel.GroupCount, TinyModel.Noise);
        TensorAssert.Equal(expected, state.Features!);
    }

    [Fact]
    public void Prepare_SomeGroups_GivesTheSame()
    {
        using FeaturePyramid pyramid = Pyramid(1);
        using var plain = new LowResFeatures(_model.Twice.Branch, pyramid);
        using var prepared = new LowResFeatures(_model.Twice.Branch, pyramid);
        foreach (int group in new[] { 0, 3, 4 })
        {
            Assert.InRange(prepared.Prepare(TinyModel.Architecture.Groups[group]), 4, 1 << 20);
        }

        using Tensor expected = _model.Decode([new DecodeRow(1, 0, 0.8f, 0.8f, plain), new DecodeRow(1, 1, 0.8f, 0.8f, plain)]);
        using Tensor actual = _model.Decode([new DecodeRow(1, 0, 0.8f, 0.8f, prepared), new DecodeRow(1, 1, 0.8f, 0.8f, prepared)]);

        TensorAssert.Equal(expected, actual);
    }

    [Fact]
    public void Advance_MapThatHasNotArrived_LeavesTheStateForARetry()
    {
        using FeaturePyramid pyramid = Pyramid(1);
        using var all = new LowResFeatures(_model.Twice.Branch, pyramid);
        using var arriving = new LowResFeatures(_model.Twice.Branch);
        arriving.Add(pyramid[1]);
        using var state = new DecodeState([new DecodeRow(1, 0, 0.8f, 0.8f, arriving)]);

        Assert.Throws<KeyNotFoundException>(() => _model.Decoder.Advance(state, 6, TinyModel.Noise));
        Assert.Equal(2, state.NextGroup);

        arriving.Add(pyramid[4]);
        arriving.Add(pyramid[8]);
        _model.Decoder.Advance(state, TinyModel.GroupCount, TinyModel.Noise);
        using Tensor expected = _model.Decode([new DecodeRow(1, 0, 0.8f, 0.8f, all)]);
        TensorAssert.Equal(expected, state.Features!);
    }

    [Fact]
    public void Advance_ImageSharedByItsSamples_EqualsOneSetForEach()
    {
        using FeaturePyramid pyramid = Pyramid(1);
        using var shared = new LowResFeatures(_model.Twice.Branch, pyramid);
        LowResFeatures[] own = [.. Enumerable.Range(0, 3).Select(_ => new LowResFeatures(_model.Twice.Branch, pyramid))];

        using Tensor together = _model.Decode([.. own.Select((_, sample) => new DecodeRow(1, (uint)sample, 0.8f, 0.8f, shared))]);
        using Tensor apart = _model.Decode([.. own.Select((image, sample) => new DecodeRow(1, (uint)sample, 0.8f, 0.8f, image))]);

        TensorAssert.Close(apart, together);
        Array.ForEach(own, image => image.Dispose());
    }

    [Fact]
    public void Constructor_ImageOfABatch_TakesItsMaps()
    {
        using FeaturePyramid pyramid = Pyramid(3);
        for (int image = 0; image < 3; image++)
        {
            using var single = new FeaturePyramid(pyramid.Resolutions.ToDictionary(resolution => resolution, resolution => pyramid[resolution].narrow(0, image, 1).clone()));
            using var expected = new LowResFeatures(_model.Twice.Branch, single);
            using var actual = new LowResFeatures(_model.Twice.Branch, pyramid, image);

            Assert.All(pyramid.Resolutions, resolution => TensorAssert.Equal(expected.Activated(resolution), actual.Activated(resolution)));
        }
    }

    [Fact]
    public void Add_MapWithAGraph_KeepsNone()
    {
        using FeaturePyramid pyramid = _model.Twice.Encoder.call(TinyModel.Random(1, 1, 3, 8, 8));
        using var image = new LowResFeatures(_model.Twice.Branch, pyramid);

        Assert.All(pyramid.Resolutions, resolution => Assert.True(pyramid[resolution].requires_grad));
        Assert.All(pyramid.Resolutions, resolution => Assert.False(image.Activated(resolution).requires_grad));
    }

    [Fact]
    public void Forward_BottomUpEncoder_GivesTheLastActivationOfEachResolution()
    {
        using FeaturePyramid pyramid = Pyramid(2);

        Assert.Equal([1, 4, 8], pyramid.Resolutions);
        Assert.Equal([2, 16, 1, 1], pyramid[1].shape);
        Assert.Equal([2, 12, 4, 4], pyramid[4].shape);
        Assert.Equal([2, 8, 8, 8], pyramid[8].shape);
    }

    [Fact]
    public void Forward_ChannelsLastPixels_KeepTheirLayoutWhereChannelsArePadded()
    {
        using Tensor pixels = TinyModel.Random(1, 2, 8, 8, 3).permute(0, 3, 1, 2);
        using FeaturePyramid pyramid = _model.Twice.Encoder.call(pixels);

        Assert.Equal(1, pyramid[8].stride(1));
        Assert.Equal(1, pyramid[4].stride(1));
    }

    public void Dispose() => _model.Dispose();

    private FeaturePyramid Pyramid(int images)
    {
        using IDisposable mode = inference_mode();
        using Tensor pixels = TinyModel.Random(1, images, 3, 8, 8);
        return _model.Twice.Encoder.call(pixels);
    }
}
