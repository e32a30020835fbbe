using Cvdvae.DecoderHost.Calls;
using Cvdvae.DecoderHost.Stages;
using Cvdvae.Model.Configuration;
using Xunit;

namespace Cvdvae.DecoderHost.Tests.Calls;

public sealed class MapPacingTests
{
    // Maps of 512 channels: 512 KiB at 16x16, 2 MiB at 32x32, 8 MiB at 64x64.
    private const long Largest = 1 << 20;

    private static PriorArchitecture Prior => SmallModel.Ffhq;

    [Fact]
    public void TimeFor_SmallMaps_IsAtOnce()
    {
        MapPacing pacing = Pacing(StageRange.All);

        Assert.All((uint[])[1, 4, 8, 16], resolution => Assert.True(pacing.TimeFor(resolution).IsCompleted));
        Assert.All((uint[])[32, 64, 128], resolution => Assert.False(pacing.TimeFor(resolution).IsCompleted));
    }

    [Fact]
    public void TimeFor_LargeMap_IsInTheLastGroupOfTheResolutionBefore()
    {
        MapPacing pacing = Pacing(StageRange.All);
        int end = Prior.GroupsAt(32).End;

        Through(pacing, end - 2);
        Assert.True(pacing.TimeFor(32).IsCompleted);
        Assert.False(pacing.TimeFor(64).IsCompleted);

        pacing.StepDone(end - 2);
        Assert.True(pacing.TimeFor(64).IsCompleted);
        Assert.False(pacing.TimeFor(128).IsCompleted);
    }

    [Fact]
    public void TimeFor_MapsOfLaterStages_IsInTheLastGroupOfThisOne()
    {
        MapPacing pacing = Pacing(new StageRange(1, 16));
        int end = Prior.GroupsAt(16).End;

        Through(pacing, end - 2);
        Assert.All((uint[])[32, 64, 128], resolution => Assert.False(pacing.TimeFor(resolution).IsCompleted));

        pacing.StepDone(end - 2);
        Assert.All((uint[])[32, 64, 128], resolution => Assert.True(pacing.TimeFor(resolution).IsCompleted));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(uint.MaxValue)]
    public void TimeFor_NoResolutionOfTheModel_IsAtOnce(uint resolution) => Assert.True(Pacing(StageRange.All, 0).TimeFor(resolution).IsCompleted);

    [Fact]
    public void TimeFor_EveryMapLarge_FirstIsAtOnce()
    {
        MapPacing pacing = Pacing(StageRange.All, 0);

        Assert.True(pacing.TimeFor(1).IsCompleted);
        Assert.All((uint[])[8, 16, 256], resolution => Assert.False(pacing.TimeFor(resolution).IsCompleted));
    }

    [Fact]
    public void TimeFor_OneGroupAtTheFirstResolution_IsAtOnce()
    {
        var prior = new PriorArchitecture(SmallModel.Hyperparameters with { DecBlocks = "1x1,4m1,4x2,8m4,8x1,16m8" });
        var pacing = new MapPacing(ModelStage.Of(prior, StageRange.All, hasNext: false), 0);

        Assert.True(pacing.TimeFor(4).IsCompleted);
        Assert.False(pacing.TimeFor(8).IsCompleted);
    }

    private static MapPacing Pacing(StageRange range, long largest = Largest) => new(ModelStage.Of(Prior, range, hasNext: range != StageRange.All), largest);

    private static void Through(MapPacing pacing, int steps)
    {
        for (int step = 0; step < steps; step++)
        {
            pacing.StepDone(step);
        }
    }
}
