using Cvdvae.Trainer.Evaluation;
using ScottPlot;

namespace Cvdvae.Trainer.Plots;

/// <summary>Draws the table of an evaluation: a panel for each figure, with its mean and standard error for each method.</summary>
internal static class MetricPanels
{
    private const int Columns = 3;
    private const int PanelWidth = 460;
    private const int PanelHeight = 340;

    /// <summary>Writes a PNG.</summary>
    /// <param name="methods">The methods; those without a figure are left out of its panel.</param>
    /// <param name="path">The file.</param>
    public static void Draw(IReadOnlyList<MethodScores> methods, string path)
    {
        Metric[] metrics = [.. methods.SelectMany(method => method.Metrics).Distinct()];
        var panels = new Multiplot();
        panels.AddPlots(metrics.Length);
        int rows = (metrics.Length + Columns - 1) / Columns;
        panels.Layout = new ScottPlot.MultiplotLayouts.Grid(rows, Columns);
        for (int index = 0; index < metrics.Length; index++)
        {
            Draw(panels.GetPlot(index), methods, metrics[index]);
        }

        panels.SavePng(path, Columns * PanelWidth, rows * PanelHeight);
    }

    private static void Draw(Plot plot, IReadOnlyList<MethodScores> methods, Metric metric)
    {
        MethodScores[] measured = [.. methods.Where(method => method.Mean(metric) is not null)];
        double[] places = [.. Enumerable.Range(0, measured.Length).Select(index => (double)index)];
        double[] means = [.. measured.Select(method => method.Mean(metric)!.Value)];
        double[] errors = [.. measured.Select(method => method.StandardError(metric) ?? 0)];
        plot.Add.Markers(places, means, MarkerShape.FilledCircle, 8);
        plot.Add.ErrorBar(places, means, errors);
        plot.Title(metric.Name.Replace(" (", "\n(", StringComparison.Ordinal));
        plot.Axes.Bottom.SetTicks(places, [.. measured.Select(method => method.Name.Replace(' ', '\n'))]);
        plot.Axes.Bottom.MinimumSize = PanelHeight / 4f;
        plot.Axes.SetLimitsX(-0.5, measured.Length - 0.5);
        PlotFont.Apply(plot);
    }
}
