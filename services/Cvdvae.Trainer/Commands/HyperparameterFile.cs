using System.Text.Json;
using System.Text.Json.Nodes;
using Cvdvae.Model.Configuration;

namespace Cvdvae.Trainer.Commands;

/// <summary>Reads hyper-parameters in the official names from a JSON file; fields of the other network, and those that only concern training, are passed over.</summary>
internal static class HyperparameterFile
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <exception cref="InvalidHyperparametersException">A field is missing or of the wrong kind.</exception>
    public static PriorHyperparameters ReadPrior(string path) => Read<PriorHyperparameters>(path);

    /// <summary>The low-res encoder's fields, or null where the file has none.</summary>
    /// <exception cref="InvalidHyperparametersException">A field is missing or of the wrong kind.</exception>
    public static LowResHyperparameters? ReadLowRes(string path) =>
        JsonNode.Parse(File.ReadAllText(path))?["ky"] is null ? null : Read<LowResHyperparameters>(path);

    private static T Read<T>(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllText(path), Json) ?? throw new InvalidHyperparametersException(path, "is null");
        }
        catch (JsonException error)
        {
            throw new InvalidHyperparametersException(path, error.Message);
        }
    }
}
