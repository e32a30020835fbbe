using Cvdvae.Trainer.Evaluation;
using Xunit;

namespace Cvdvae.Trainer.Tests.Evaluation;

public sealed class MethodScoresTests
{
    [Fact]
    public void Mean_SomeImages_HasItsStandardError()
    {
        var scores = new MethodScores("method", 1);
        foreach (double value in (double[])[1, 2, 3, 6])
        {
            scores.Add([new(Metric.Psnr, value)]);
        }

        // Deviations -2, -1, 0, 3: a variance of 14 / 3, over four images.
        Assert.Equal((3.0, Math.Sqrt(14.0 / 12)), (scores.Mean(Metric.Psnr)!.Value, scores.StandardError(Metric.Psnr)!.Value));
        Assert.Equal((null, null), (scores.Mean(Metric.Ssim), scores.StandardError(Metric.Ssim)));
    }

    [Fact]
    public void StandardError_OneImage_IsUnknown()
    {
        var scores = new MethodScores("method", 1);
        scores.Add([new(Metric.Psnr, 30)]);

        Assert.Equal((30, null), (scores.Mean(Metric.Psnr), scores.StandardError(Metric.Psnr)));
    }

    [Fact]
    public void Table_MethodsWithDifferentFigures_LeavesTheirCellsEmpty()
    {
        var first = new MethodScores("plain", 0);
        var second = new MethodScores("drawn, projected", 1);
        foreach (double value in (double[])[20, 22])
        {
            first.Add([new(Metric.Psnr, value)]);
            second.Add([new(Metric.Psnr, value + 4), new(Metric.DiversityMse, 12.5)]);
        }

        var table = new EvaluationTable(["a", "b, c"], [first, second]);

        Assert.Equal(
            """
            | | PSNR, dB | APD, MSE of levels | network evaluations |
            | --- | ---: | ---: | ---: |
            | plain | 21.00 ± 1.00 |  | 0 |
            | drawn, projected | 25.00 ± 1.00 | 12.5 ± 0.0 | 1 |

            """,
            table.Markdown());
        Assert.Equal("\"drawn, projected\",2,1,25,1,12.5,0", table.Csv().Split('\n')[2].TrimEnd());
        Assert.Equal(["a,plain,20,", "a,\"drawn, projected\",24,12.5", "\"b, c\",plain,22,", "\"b, c\",\"drawn, projected\",26,12.5"], table.ImagesCsv().Split('\n')[1..5].Select(line => line.TrimEnd()));
    }
}
