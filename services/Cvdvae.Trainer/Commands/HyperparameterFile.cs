using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cvdvae.Model.Configuration;

namespace Cvdvae.Trainer.Commands;

/// <summary>
/// Reads hyper-parameters in the official names from a JSON file, or those of an official configuration by its name. Fields of the other network, and
/// those that only concern training, are passed over.
/// </summary>
internal static class HyperparameterFile
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>The official configurations (openai/vdvae, <c>hps.py</c>, with the normalisation of <c>data.py</c>).</summary>
    public static IReadOnlyList<string> OfficialNames { get; } = ["cifar10", "imagenet32", "imagenet64", "ffhq256", "ffhq1024"];

    /// <summary>The prior's fields.</summary>
    /// <param name="source">A file, or an official name.</param>
    /// <exception cref="InvalidHyperparametersException">A field is missing or of the wrong kind.</exception>
    /// <exception cref="FileNotFoundException">There is no such file or name.</exception>
    public static PriorHyperparameters ReadPrior(string source)
    {
        PriorHyperparameters hyperparameters = Read<PriorHyperparameters>(source, Content(source));

        // The normalisation of ffhq1024 is for inputs in 0..1: (x / 255 + shift) * scale = (x + 255 shift) * scale / 255.
        return hyperparameters.Scale > 0.5
            ? hyperparameters with { Shift = hyperparameters.Shift * 255, Scale = hyperparameters.Scale / 255 }
            : hyperparameters;
    }

    /// <summary>The low-res encoder's fields, or null where there are none.</summary>
    /// <param name="source">A file, or an official name.</param>
    /// <exception cref="InvalidHyperparametersException">A field is missing or of the wrong kind.</exception>
    public static LowResHyperparameters? ReadLowRes(string source)
    {
        string content = Content(source);
        return Read<JsonObject>(source, content)["ky"] is null ? null : Read<LowResHyperparameters>(source, content);
    }

    private static string Content(string source)
    {
        if (!OfficialNames.Contains(source))
        {
            return File.Exists(source)
                ? File.ReadAllText(source)
                : throw new FileNotFoundException($"{source} is neither a file nor an official configuration ({string.Join(", ", OfficialNames)})");
        }

        using Stream resource = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Configurations/{source}.json")!;
        using var reader = new StreamReader(resource);
        return reader.ReadToEnd();
    }

    private static T Read<T>(string source, string content)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(content, Json) ?? throw new InvalidHyperparametersException(source, "is null");
        }
        catch (JsonException error)
        {
            throw new InvalidHyperparametersException(source, error.Message);
        }
    }
}
