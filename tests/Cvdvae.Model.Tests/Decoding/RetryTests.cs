using Cvdvae.Model.Decoding;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Decoding;

/// <summary>A batch that failed in a group, as for want of memory, can be tried again, whole or in parts.</summary>
public sealed class RetryTests : IDisposable
{
    private readonly TinyModel _model = new();

    public static TheoryData<int> Groups => [.. Enumerable.Range(0, TinyModel.GroupCount)];

    [Theory]
    [MemberData(nameof(Groups))]
    public void Advance_FailureInAGroup_LeavesTheStateForARetry(int group)
    {
        DecodeRow[] rows = Rows();
        using var state = new DecodeState(rows);
        _model.Decoder.Advance(state, group, TinyModel.Noise);
        using Tensor? before = state.Features?.clone();
        var noise = new FailingNoise(failures: 1, after: 1); // the second row's numbers

        Assert.Throws<InsufficientMemoryException>(() => _model.Decoder.Advance(state, group + 1, noise));

        Assert.Equal(group, state.NextGroup);
        Assert.Equal(rows, state.Rows);
        Assert.Equal(before is null, state.Features is null);
        if (before is not null)
        {
            TensorAssert.Equal(before, state.Features!);
        }

        _model.Decoder.Advance(state, TinyModel.GroupCount, noise);
        using Tensor expected = _model.Decode(rows);
        TensorAssert.Equal(expected, state.Features!);
    }

    [Fact]
    public void Advance_FailureAfterSomeGroups_StandsAfterTheLastThatSucceeded()
    {
        DecodeRow[] rows = Rows();
        using var state = new DecodeState(rows);

        Assert.Throws<InsufficientMemoryException>(
            () => _model.Decoder.Advance(state, TinyModel.GroupCount, new FailingNoise(1, after: (3 * rows.Length) + 1)));

        Assert.Equal(3, state.NextGroup);
        _model.Decoder.Advance(state, TinyModel.GroupCount, TinyModel.Noise);
        using Tensor expected = _model.Decode(rows);
        TensorAssert.Equal(expected, state.Features!);
    }

    [Fact]
    public void Advance_RetryInHalves_GivesTheSame()
    {
        DecodeRow[] rows = Rows();
        using var state = new DecodeState(rows);
        _model.Decoder.Advance(state, 4, TinyModel.Noise);
        Assert.Throws<InsufficientMemoryException>(() => _model.Decoder.Advance(state, 5, new FailingNoise(1, after: 2)));

        DecodeState[] halves =
        [
            new([.. state.Rows.Take(2)], state.NextGroup, state.Features!.narrow(0, 0, 2).clone()),
            new([.. state.Rows.Skip(2)], state.NextGroup, state.Features!.narrow(0, 2, 2).clone()),
        ];
        Array.ForEach(halves, half => _model.Decoder.Advance(half, 5, TinyModel.Noise));
        using DecodeState joined = DecodeState.Join(halves);
        _model.Decoder.Advance(joined, TinyModel.GroupCount, TinyModel.Noise);

        using Tensor expected = _model.Decode(rows);
        TensorAssert.Close(expected, joined.Features!);
    }

    [Fact]
    public void Advance_StateOfAnotherProcess_IsNotWrittenTo()
    {
        // The features that a caller keeps (to hand them over again after a lost connection) stay as they are.
        DecodeRow[] rows = Rows();
        using Tensor features = TinyModel.Random(5, 4, 12, 4, 4);
        using Tensor before = features.clone();
        for (int group = 2; group < 5; group++)
        {
            using var state = new DecodeState(rows, group, features.alias());
            _model.Decoder.Advance(state, group + 1, TinyModel.Noise);
            TensorAssert.Equal(before, features);
        }
    }

    public void Dispose() => _model.Dispose();

    private DecodeRow[] Rows() =>
    [
        new(1, 0, 0.8f, 0.8f, _model.Image(_model.Twice, 1)),
        new(1, 1, 0.8f, 0.8f, _model.Image(_model.FourTimes, 2)),
        new(2, 0, 0.8f, 0.8f),
        new(3, 0, 1, 1, _model.Image(_model.Twice, 3)),
    ];
}
