using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cvdvae.Cli.Benchmarking;

/// <summary>Measurements as text.</summary>
internal static class BenchReport
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        WriteIndented = true,
    };

    /// <summary>All figures.</summary>
    public static string ToJson(string server, IReadOnlyList<LevelResult> levels) =>
        JsonSerializer.Serialize(new { Server = server, Levels = levels }, Json) + "\n";

    /// <summary>A table of the levels and one of their resolutions.</summary>
    public static string ToTables(IReadOnlyList<LevelResult> levels)
    {
        var table = new TextTable(
            "load", "requests/s:", "samples/s:", "first preview p50:", "p90:", "p99 (ms):", "result p50:", "p90:", "p99 (ms):",
            "requests:", "DEADLINE:", "errors", "client cores:", "stable");
        var resolutions = new TextTable("load", "resolution:", "p50:", "p90:", "p99 (ms):");
        foreach (LevelResult level in levels)
        {
            string load = new LoadLevel(level.Concurrency, level.RequestRate).ToString();
            table.Add(
            [
                load, Number(level.RequestsPerSecond, 2), Number(level.SamplesPerSecond, 2), .. Three(level.FirstPreviewMs), .. Three(level.ResultMs),
                Number(level.Requests, 0), Cut(level), string.Join(", ", level.Errors.Select(error => $"{error.Value} {error.Key}")),
                Number(level.ClientProcessorShare, 2),
                level.Stable switch { true => "yes", false => "no", null => "" },
            ]);
            foreach ((int resolution, Percentiles times) in level.ResolutionMs)
            {
                resolutions.Add([load, Number(resolution, 0), .. Three(times)]);
            }
        }

        return $"{table}\n{resolutions}";
    }

    /// <summary>Calls that their deadline cut short, and how many of them the client had to end.</summary>
    private static string Cut(LevelResult level) =>
        Number(level.CutByDeadline, 0) + (level.EndedByClient > 0 ? $" ({Number(level.EndedByClient, 0)} by the client)" : "");

    private static string[] Three(Percentiles? times) =>
        times is null ? ["", "", ""] : [Number(times.P50, 1), Number(times.P90, 1), Number(times.P99, 1)];

    private static string Number(double number, int digits) => number.ToString($"F{digits}", CultureInfo.InvariantCulture);
}
