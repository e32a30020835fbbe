using System.Text.Json;
using System.Text.Json.Nodes;
using Cvdvae.Model.Configuration;
using Cvdvae.Trainer.Data;

namespace Cvdvae.Trainer.Commands;

/// <summary>Puts the statistics of a data set into a JSON file of hyper-parameters, as <c>shift</c> and <c>scale</c>.</summary>
internal static class StatisticsFile
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };
    private static readonly JsonDocumentOptions Reading = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Fails before the work is done where the file can't take them.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidHyperparametersException">It holds no JSON object.</exception>
    public static void Check(string path) => Read(path);

    /// <summary>Replaces both numbers, atomically.</summary>
    public static void Write(string path, PixelStatistics statistics)
    {
        JsonObject content = Read(path);
        (content["shift"], content["scale"]) = (statistics.Shift, statistics.Scale);
        string temporary = $"{path}.{Path.GetRandomFileName()}.tmp";
        File.WriteAllText(temporary, content.ToJsonString(Json) + "\n");
        File.Move(temporary, path, overwrite: true);
    }

    private static JsonObject Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"--write-statistics: there is no {path}; it takes a file of hyper-parameters that is there");
        }

        try
        {
            return JsonNode.Parse(File.ReadAllText(path), documentOptions: Reading) as JsonObject ?? throw new InvalidHyperparametersException(path, "holds no JSON object");
        }
        catch (JsonException error)
        {
            throw new InvalidHyperparametersException(path, error.Message);
        }
    }
}
