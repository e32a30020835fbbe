using Cvdvae.Model.Decoding;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Weights;
using Cvdvae.TestUtils;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Decoding;

/// <summary>Two stages that share nothing but a weights file and the bytes of the features.</summary>
public sealed class StageHandOverTests : IDisposable
{
    private readonly TinyModel _model = new();
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<int> Boundaries => [.. Enumerable.Range(1, TinyModel.GroupCount - 1)];

    [Theory]
    [MemberData(nameof(Boundaries))]
    public void Advance_SplitAtAnyGroup_EqualsOnePass(int boundary)
    {
        string path = _folder.File("prior.safetensors");
        SafetensorsWriter.Write(path, TorchTensors.AsSource(_model.Prior.named_parameters().Select(pair => KeyValuePair.Create(pair.name, (Tensor)pair.parameter))));
        using var first = new TopDownDecoder(TinyModel.Architecture, 0, boundary);
        using var second = new TopDownDecoder(TinyModel.Architecture, boundary);
        ModelFolder.Load(first, path, "decoder.");
        ModelFolder.Load(second, path, "decoder.");
        IReadOnlyList<DecodeRow> rows = _model.MixedRows();
        using Tensor expected = _model.Decode(rows);

        using var before = new DecodeState(rows);
        first.Advance(before, boundary, TinyModel.Noise);
        (byte[] bytes, long[] shape) = ToBytes(before.Features!);
        using var after = new DecodeState(rows, boundary, FromBytes(bytes, shape));
        second.Advance(after, TinyModel.GroupCount, TinyModel.Noise);

        TensorAssert.Close(expected, after.Features!);
        Assert.Null(first.OutNet);
        using IDisposable mode = no_grad();
        using Tensor whole = _model.Decoder.PixelParameters(expected);
        using Tensor staged = second.PixelParameters(after.Features!);
        TensorAssert.Close(whole, staged);
    }

    [Fact]
    public void Parameters_TwoStages_AreThoseOfTheWhole()
    {
        using var whole = new TopDownDecoder(TinyModel.Architecture);
        using var first = new TopDownDecoder(TinyModel.Architecture, 0, 4);
        using var second = new TopDownDecoder(TinyModel.Architecture, 4);

        string[] names = [.. first.named_parameters().Concat(second.named_parameters()).Select(pair => pair.name).Order(StringComparer.Ordinal)];

        Assert.Equal(whole.named_parameters().Select(pair => pair.name).Order(StringComparer.Ordinal), names);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(3, 5)]
    [InlineData(0, int.MaxValue)]
    public void Advance_BeyondTheStage_Throws(int next, int end)
    {
        using var stage = new TopDownDecoder(TinyModel.Architecture, 0, 4);
        using Tensor features = zeros(1, 12, 4, 4);
        using var state = new DecodeState([new DecodeRow(1, 0, 1, 1)], next, next == 0 ? null : features.clone());

        Assert.Throws<ArgumentOutOfRangeException>(() => stage.Advance(state, end, TinyModel.Noise));
        Assert.Equal(next, state.NextGroup);
    }

    [Fact]
    public void Advance_BeforeTheStage_Throws()
    {
        using var stage = new TopDownDecoder(TinyModel.Architecture, 4);
        using var state = new DecodeState([new DecodeRow(1, 0, 1, 1)]);

        Assert.Throws<ArgumentOutOfRangeException>(() => stage.Advance(state, 8, TinyModel.Noise));
    }

    [Fact]
    public void PixelParameters_StageWithoutTheLastGroup_Throws()
    {
        using var stage = new TopDownDecoder(TinyModel.Architecture, 0, 7);
        using Tensor features = zeros(1, 8, 16, 16);

        Assert.Throws<InvalidOperationException>(() => stage.PixelParameters(features));
        Assert.Throws<InvalidOperationException>(() => stage.Finish(features));
    }

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    private static (byte[] Bytes, long[] Shape) ToBytes(Tensor features)
    {
        using Tensor dense = features.contiguous();
        return (dense.bytes.ToArray(), dense.shape);
    }

    private static Tensor FromBytes(byte[] bytes, long[] shape)
    {
        Tensor features = empty(shape, dtype: ScalarType.Float32);
        bytes.CopyTo(features.bytes);
        return features;
    }
}
