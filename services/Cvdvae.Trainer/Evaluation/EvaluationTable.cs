using System.Globalization;
using System.Text;

namespace Cvdvae.Trainer.Evaluation;

/// <summary>The figures of an evaluation as text.</summary>
/// <param name="images">Names of the images.</param>
/// <param name="methods">A row each.</param>
internal sealed class EvaluationTable(IReadOnlyList<string> images, IReadOnlyList<MethodScores> methods)
{
    private readonly Metric[] _metrics = [.. methods.SelectMany(method => method.Metrics).Distinct()];

    /// <summary>A Markdown table of means and standard errors over the images.</summary>
    public string Markdown()
    {
        var text = new StringBuilder();
        text.AppendLine($"| | {string.Join(" | ", _metrics.Select(metric => metric.Name))} | network evaluations |");
        text.AppendLine($"| --- |{string.Concat(Enumerable.Repeat(" ---: |", _metrics.Length + 1))}");
        foreach (MethodScores method in methods)
        {
            text.AppendLine($"| {method.Name} | {string.Join(" | ", _metrics.Select(metric => Cell(method, metric)))} | {method.NetworkEvaluations} |");
        }

        return text.ToString();
    }

    /// <summary>The same as comma-separated values, means and standard errors in columns of their own; empty: not measured.</summary>
    public string Csv()
    {
        var text = new StringBuilder();
        text.AppendLine($"method,images,network evaluations,{string.Join(',', _metrics.SelectMany(metric => (string[])[Quoted(metric.Name), Quoted($"{metric.Name}, standard error")]))}");
        foreach (MethodScores method in methods)
        {
            IEnumerable<double?> figures = _metrics.SelectMany(metric => (double?[])[method.Mean(metric), method.StandardError(metric)]);
            text.AppendLine($"{Quoted(method.Name)},{images.Count},{method.NetworkEvaluations},{string.Join(',', figures.Select(Number))}");
        }

        return text.ToString();
    }

    /// <summary>Every figure of every image as comma-separated values.</summary>
    public string ImagesCsv()
    {
        var text = new StringBuilder();
        text.AppendLine($"image,method,{string.Join(',', _metrics.Select(metric => Quoted(metric.Name)))}");
        for (int image = 0; image < images.Count; image++)
        {
            foreach (MethodScores method in methods)
            {
                IEnumerable<double?> figures = _metrics.Select(metric => method.Of(metric) is { Count: > 0 } values ? values[image] : (double?)null);
                text.AppendLine($"{Quoted(images[image])},{Quoted(method.Name)},{string.Join(',', figures.Select(Number))}");
            }
        }

        return text.ToString();
    }

    private static string Cell(MethodScores method, Metric metric)
    {
        string format = $"F{metric.Decimals}";
        string error = method.StandardError(metric) is double spread ? $" ± {spread.ToString(format, CultureInfo.InvariantCulture)}" : "";
        return method.Mean(metric) is double mean ? $"{mean.ToString(format, CultureInfo.InvariantCulture)}{error}" : "";
    }

    private static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    private static string Quoted(string text) => text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
