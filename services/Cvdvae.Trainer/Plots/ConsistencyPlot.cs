using Cvdvae.Trainer.Evaluation;
using ScottPlot;

namespace Cvdvae.Trainer.Plots;

/// <summary>Draws a consistency curve: a line for each factor, and where the low-res encoders stop.</summary>
internal static class ConsistencyPlot
{
    private const int Width = 900;
    private const int Height = 480;

    /// <summary>Writes a PNG.</summary>
    public static void Draw(IReadOnlyList<ConsistencyPoint> points, IReadOnlyDictionary<int, int> encoders, string path)
    {
        using var plot = new Plot();
        foreach (IGrouping<int, ConsistencyPoint> line in points.GroupBy(point => point.Factor))
        {
            plot.Add.Scatter(line.Select(point => (double)point.Groups).ToArray(), line.Select(point => point.Levels).ToArray()).LegendText = $"s = {line.Key}";
        }

        foreach ((int scale, int groups) in encoders)
        {
            plot.Add.VerticalLine(groups, width: 1, pattern: LinePattern.Dashed).LegendText = $"groups that x{scale} conditions";
        }

        plot.XLabel("latent groups fixed, k");
        plot.YLabel("deviation given z<k, levels of 255");
        plot.ShowLegend(Alignment.UpperRight);
        PlotFont.Apply(plot);
        plot.SavePng(path, Width, Height);
    }
}
