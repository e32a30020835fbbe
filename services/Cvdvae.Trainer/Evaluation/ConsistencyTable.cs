using System.Globalization;
using System.Text;

namespace Cvdvae.Trainer.Evaluation;

/// <summary>A consistency curve as text.</summary>
/// <param name="points">Its points.</param>
/// <param name="encoders">Conditioned groups of the model's low-res encoders, by scale.</param>
internal sealed class ConsistencyTable(IReadOnlyList<ConsistencyPoint> points, IReadOnlyDictionary<int, int> encoders)
{
    /// <summary>A Markdown table: a row for each k, a column for each factor.</summary>
    public string Markdown()
    {
        int[] factors = [.. points.Select(point => point.Factor).Distinct()];
        var text = new StringBuilder();
        text.AppendLine($"| groups fixed, k | {string.Join(" | ", factors.Select(factor => $"s = {factor}"))} | |");
        text.AppendLine($"| ---: |{string.Concat(Enumerable.Repeat(" ---: |", factors.Length))} --- |");
        foreach (IGrouping<int, ConsistencyPoint> row in points.GroupBy(point => point.Groups))
        {
            IEnumerable<string> cells = row.Select(point => point.Levels.ToString("F2", CultureInfo.InvariantCulture));
            string note = string.Join(", ", encoders.Where(encoder => encoder.Value == row.Key).Select(encoder => $"x{encoder.Key} conditions these"));
            text.AppendLine($"| {row.Key} | {string.Join(" | ", cells)} | {note} |");
        }

        return text.ToString();
    }

    /// <summary>The points as comma-separated values.</summary>
    public string Csv() => $"groups,factor,levels\n{string.Concat(points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{point.Groups},{point.Factor},{point.Levels:R}\n")))}";
}
