using ScottPlot;

namespace Cvdvae.Trainer.Plots;

/// <summary>A font for plots: our build of Skia looks for no system fonts by itself. Without any of these files, plots have no text.</summary>
internal static class PlotFont
{
    private const string Name = "plot";

    private static readonly string[] Files =
    [
        "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
        "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
        "/usr/share/fonts/truetype/liberation2/LiberationSans-Regular.ttf",
        "/System/Library/Fonts/Supplemental/Arial.ttf",
        "C:/Windows/Fonts/arial.ttf",
    ];

    static PlotFont()
    {
        if (Files.FirstOrDefault(File.Exists) is string file)
        {
            Fonts.AddFontFile(Name, file);
        }
    }

    /// <summary>Sets all text of a plot in it.</summary>
    public static void Apply(Plot plot) => plot.Font.Set(Name);
}
