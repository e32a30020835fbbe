using Cvdvae.DecoderHost.Stages;
using Cvdvae.Model.Configuration;
using Cvdvae.Scheduling;
using Xunit;

namespace Cvdvae.DecoderHost.Tests.Stages;

public sealed class ModelStageTests
{
    // Groups 0 1 | 2 3 4 | 5 6 | 7 at 1, 4, 8, 16.
    private static PriorArchitecture Prior => SmallModel.Prior;

    [Fact]
    public void Of_All_IsTheWholeDecoder()
    {
        var stage = ModelStage.Of(Prior, StageRange.All, hasNext: false);

        Assert.True(stage is { IsFirst: true, IsLast: true, FirstGroup: 0, EndGroup: 8, StepCount: 9 });
        Assert.Equal([1, 4, 8, 16], stage.Resolutions);
    }

    [Fact]
    public void Of_TwoRanges_MeetAtTheBoundary()
    {
        var coarse = ModelStage.Of(Prior, new StageRange(1, 4), hasNext: true);
        var fine = ModelStage.Of(Prior, new StageRange(8, 16), hasNext: false);

        Assert.True(coarse is { IsFirst: true, IsLast: false, FirstGroup: 0, EndGroup: 5, StepCount: 5 });
        Assert.True(fine is { IsFirst: false, IsLast: true, FirstGroup: 5, EndGroup: 8, StepCount: 4 });
        Assert.Equal((4, 12), (fine.GroupBefore.Resolution, fine.GroupBefore.Width));
    }

    [Theory]
    [InlineData(1, 64, "1, 4, 8, 16")]
    [InlineData(2, 16, "1, 4, 8, 16")]
    [InlineData(1, 8, "Decoder:Next")]
    public void Of_RangeThatDoesNotFit_SaysWhy(int first, int last, string named)
    {
        var error = Assert.Throws<StageMismatchException>(() => ModelStage.Of(Prior, new StageRange(first, last), hasNext: false));

        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(4, 5)]
    [InlineData(8, 7)]
    [InlineData(16, 9)]
    public void EndStep_StopInTheStage_IsAfterItsLastGroup(int stopAt, int end) =>
        Assert.Equal(end, ModelStage.Of(Prior, StageRange.All, hasNext: false).EndStep(stopAt));

    [Theory]
    [InlineData(1, 2, false)]
    [InlineData(4, 5, false)]
    [InlineData(8, 5, true)]
    [InlineData(16, 5, true)]
    public void EndStep_FirstOfTwoStages_GoesOnOnlyWhereTheStopIsLater(int stopAt, int end, bool handsOver)
    {
        var stage = ModelStage.Of(Prior, new StageRange(1, 4), hasNext: true);

        Assert.Equal(end, stage.EndStep(stopAt));
        Assert.Equal(handsOver, stage.HandsOver(stopAt));
    }

    [Fact]
    public void CompletedBy_EveryStep_IsTheResolutionAfterItsLastGroup()
    {
        var stage = ModelStage.Of(Prior, StageRange.All, hasNext: false);

        Assert.Equal([null, 1, null, null, 4, null, 8, 16, null], Enumerable.Range(0, 9).Select(stage.CompletedBy));
    }

    [Fact]
    public void Plan_WholeDecoder_HasAStepForEachGroupAndThePixels()
    {
        StagePlan plan = StagePlanner.Plan("small@1", ModelStage.Of(Prior, StageRange.All, hasNext: false), sizeof(float));

        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8], plan.Steps.Select(step => step.Group));
        Assert.Equal([1, 1, 4, 4, 4, 8, 8, 16, 16], plan.Steps.Select(step => step.Resolution));
        Assert.All(plan.Steps, step => Assert.True(step is { BytesPerRow: > 0, Cost: > 0 }));
        Assert.True(plan.Steps[7].BytesPerRow > plan.Steps[5].BytesPerRow);
    }

    [Fact]
    public void Plan_FfhqSized_ComesCloseToTheWorkThatWasMeasured()
    {
        // 554 GFLOP top-down for one sample, half of that in multiply-adds, most of it at the fine resolutions.
        var stage = ModelStage.Of(SmallModel.Ffhq, StageRange.All, hasNext: false);
        StagePlan plan = StagePlanner.Plan("ffhq@1", stage, sizeof(float));

        Assert.InRange(plan.Steps.Sum(step => step.Cost), 200e9, 360e9);
        Assert.InRange(plan.Steps.Max(step => step.BytesPerRow), 256L << 20, 2L << 30);
    }
}
