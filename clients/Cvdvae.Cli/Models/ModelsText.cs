using System.Globalization;
using System.Text;
using Cvdvae.V1;

namespace Cvdvae.Cli.Models;

/// <summary>Models and limits as text.</summary>
internal static class ModelsText
{
    private const int HashDigits = 12;

    public static string Of(ListModelsResponse models)
    {
        var text = new StringBuilder();
        if (models.Models.Count == 0)
        {
            text.Append("no model is ready\n");
        }

        foreach (ModelInfo model in models.Models)
        {
            text.Append(CultureInfo.InvariantCulture, $"{model.Name}@{model.Version}{(model.Name == models.DefaultModel ? " (default)" : "")}\n\n{Facts(model)}\n{Resolutions(model)}\n");
        }

        return text.Append(Limits(models.Limits ?? new())).ToString();
    }

    private static TextTable Facts(ModelInfo model)
    {
        var table = new TextTable("", "");
        table.Add("scales", string.Join(", ", model.Scales.Select(scale => $"x{scale.Scale} ({scale.InputSize} to {model.OutputSize} pixels, {scale.ConditionedGroupCount} groups conditioned)")));
        table.Add("latent groups", Text($"{model.GroupCount}"));
        table.Add("temperatures", Text($"encoder {model.EncoderTemperature:0.###}, prior {model.PriorTemperature:0.###}"));
        table.Add("pixels", model.PixelSampling.ToString().ToLowerInvariant());
        table.Add("content", model.ContentHash[..Math.Min(HashDigits, model.ContentHash.Length)]);
        if (model.Description.Length > 0)
        {
            table.Add("draws", model.Description);
        }

        table.Add("licence", model.Licence);
        return table;
    }

    private static TextTable Resolutions(ModelInfo model)
    {
        var table = new TextTable("resolution:", "groups:", "preview PSNR (dB):");
        foreach (ResolutionInfo resolution in model.Resolutions)
        {
            table.Add(Text($"{resolution.Resolution}"), Text($"{resolution.GroupCount}"), resolution.HasPreviewPsnrDb ? Text($"{resolution.PreviewPsnrDb:F1}") : "");
        }

        return table;
    }

    private static TextTable Limits(ServerLimits limits)
    {
        var table = new TextTable("limit", "value:");
        table.Add("samples in a request", Text($"{limits.MaxSamples}"));
        table.Add("bytes of an image", Text($"{limits.MaxImageBytes}"));
        table.Add("longest side in pixels", Text($"{limits.MaxImageSide}"));
        table.Add("bytes of a request", Text($"{limits.MaxMessageBytes}"));
        table.Add("margin before a deadline", Text($"{limits.DeadlineMargin?.ToTimeSpan().TotalMilliseconds ?? 0} ms"));
        table.Add("previews waiting for a slow reader", Text($"{limits.MaxWaitingPreviewBytes} bytes"));
        return table;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
