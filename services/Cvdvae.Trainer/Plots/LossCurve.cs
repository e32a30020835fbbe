using System.Globalization;
using ScottPlot;

namespace Cvdvae.Trainer.Plots;

/// <summary>Draws the curves of a run, <c>curve.png</c>, from its logs.</summary>
internal static class LossCurve
{
    private const int Width = 900;
    private const int Height = 480;

    /// <summary>Draws the first loss of the training log and of the validation log against the steps.</summary>
    /// <param name="folder">Folder of the run.</param>
    /// <returns>Whether there was anything to draw.</returns>
    public static bool Draw(string folder)
    {
        using var plot = new Plot();
        plot.XLabel("step");
        bool drawn = Add(plot, Path.Combine(folder, "log.csv"), "training");
        drawn |= Add(plot, Path.Combine(folder, "validation.csv"), "validation, moving average");
        if (drawn)
        {
            plot.ShowLegend(Alignment.UpperRight);
            PlotFont.Apply(plot);
            plot.SavePng(Path.Combine(folder, "curve.png"), Width, Height);
        }

        return drawn;
    }

    private static bool Add(Plot plot, string path, string label)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        string[] lines = File.ReadAllLines(path);
        double[][] rows = [.. lines.Skip(1).Select(line => (double[])[.. line.Split(',').Take(2).Select(cell => double.Parse(cell, CultureInfo.InvariantCulture))])];
        if (rows.Length == 0)
        {
            return false;
        }

        plot.YLabel(lines[0].Split(',')[1]);
        plot.Add.Scatter(rows.Select(row => row[0]).ToArray(), rows.Select(row => row[1]).ToArray()).LegendText = label;
        return true;
    }
}
