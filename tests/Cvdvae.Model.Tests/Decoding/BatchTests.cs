using Cvdvae.Model.Decoding;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Model.Tests.Decoding;

/// <summary>A row gives the same whoever shares its batch.</summary>
public sealed class BatchTests : IDisposable
{
    private readonly TinyModel _model = new();

    [Fact]
    public void Advance_RowsOfAllKindsTogether_EqualThemselvesAlone()
    {
        IReadOnlyList<DecodeRow> rows = _model.MixedRows();

        using Tensor together = _model.Decode(rows);

        for (int row = 0; row < rows.Count; row++)
        {
            AssertRow(rows[row], together, row);
        }
    }

    [Fact]
    public void Advance_OtherOrder_GivesTheSameRows()
    {
        IReadOnlyList<DecodeRow> rows = _model.MixedRows();
        int[] order = [4, 2, 0, 5, 3, 1];

        using Tensor straight = _model.Decode(rows);
        using Tensor shuffled = _model.Decode([.. order.Select(row => rows[row])]);

        using Tensor expected = straight.index_select(0, tensor(order.Select(row => (long)row).ToArray()));
        TensorAssert.Close(expected, shuffled);
    }

    [Fact]
    public void Advance_EveryPairOfRows_EqualThemselvesAlone()
    {
        IReadOnlyList<DecodeRow> rows = _model.MixedRows();
        for (int one = 0; one < rows.Count; one++)
        {
            for (int other = 0; other < one; other++)
            {
                using Tensor pair = _model.Decode([rows[one], rows[other]]);
                AssertRow(rows[one], pair, 0);
                AssertRow(rows[other], pair, 1);
            }
        }
    }

    [Fact]
    public void Keep_BetweenGroups_LeavesTheOthersAsTheyWere()
    {
        IReadOnlyList<DecodeRow> rows = _model.MixedRows();
        using var state = new DecodeState(rows);

        state.Keep([5, 4, 3, 2, 0]);
        _model.Decoder.Advance(state, 3, TinyModel.Noise);
        state.Keep([4, 1, 3]);
        _model.Decoder.Advance(state, 6, TinyModel.Noise);
        state.Keep([2, 0]);
        _model.Decoder.Advance(state, TinyModel.GroupCount, TinyModel.Noise);

        Assert.Equal([rows[2], rows[0]], state.Rows);
        AssertRow(rows[2], state.Features!, 0);
        AssertRow(rows[0], state.Features!, 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(7)]
    public void Join_BatchesBeforeTheSameGroup_GoOnAsOne(int group)
    {
        IReadOnlyList<DecodeRow> rows = _model.MixedRows();
        DecodeState[] states = [new([rows[0], rows[1]]), new([rows[2]]), new([rows[3], rows[4], rows[5]])];
        Array.ForEach(states, state => _model.Decoder.Advance(state, group, TinyModel.Noise));

        using DecodeState joined = DecodeState.Join(states);
        _model.Decoder.Advance(joined, TinyModel.GroupCount, TinyModel.Noise);

        Assert.Equal(rows, joined.Rows);
        using Tensor expected = _model.Decode(rows);
        TensorAssert.Close(expected, joined.Features!);
        Assert.All(states, state => Assert.Empty(state.Rows));
        Assert.All(states, state => Assert.Null(state.Features));
    }

    [Fact]
    public void Join_BatchesBeforeDifferentGroups_ThrowsAndLeavesThem()
    {
        using var ahead = new DecodeState([new DecodeRow(1, 0, 1, 1)]);
        using var behind = new DecodeState([new DecodeRow(2, 0, 1, 1)]);
        _model.Decoder.Advance(ahead, 3, TinyModel.Noise);
        _model.Decoder.Advance(behind, 2, TinyModel.Noise);

        Assert.Throws<ArgumentException>(() => DecodeState.Join([ahead, behind]));

        _model.Decoder.Advance(behind, 3, TinyModel.Noise);
        using DecodeState joined = DecodeState.Join([ahead, behind]);
        Assert.Equal(2, joined.Features!.shape[0]);
    }

    [Fact]
    public void Join_None_Throws() => Assert.Throws<ArgumentException>(() => DecodeState.Join([]));

    [Fact]
    public void Keep_RowThatIsNotThere_ThrowsAndLeavesTheState()
    {
        using var state = new DecodeState([new DecodeRow(1, 0, 1, 1), new DecodeRow(2, 0, 1, 1)]);
        _model.Decoder.Advance(state, 2, TinyModel.Noise);

        Assert.ThrowsAny<SystemException>(() => state.Keep([0, 2]));

        Assert.Equal(2, state.Rows.Count);
        Assert.Equal(2, state.Features!.shape[0]);
    }

    // libtorch's convolutions are up to twice as fast in this layout, and results do not show when it is lost.
    [Fact]
    public void Advance_EveryGroupAbove1x1_LeavesChannelsLast()
    {
        using var state = new DecodeState(_model.MixedRows());
        using var other = new DecodeState(_model.MixedRows());
        _model.Decoder.Advance(other, 2, TinyModel.Noise);
        for (int group = 2; group < TinyModel.GroupCount; group++)
        {
            _model.Decoder.Advance(state, group + 1, TinyModel.Noise);
            Assert.Equal(1, state.Features!.stride(1));
            state.Keep([0, 1, 2, 3, 4, 5]);
            Assert.Equal(1, state.Features!.stride(1));
        }

        _model.Decoder.Advance(other, TinyModel.GroupCount, TinyModel.Noise);
        using DecodeState joined = DecodeState.Join([state, other]);
        Assert.Equal(1, joined.Features!.stride(1));
    }

    public void Dispose() => _model.Dispose();

    private void AssertRow(DecodeRow row, Tensor batch, int index)
    {
        using Tensor alone = _model.Decode([row]);
        using Tensor inBatch = batch.narrow(0, index, 1);
        TensorAssert.Close(alone, inBatch);
    }
}
