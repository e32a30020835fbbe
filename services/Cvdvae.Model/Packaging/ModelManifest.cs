using System.Text.Json;
using System.Text.Json.Serialization;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Sampling;

namespace Cvdvae.Model.Packaging;

/// <summary><c>model.json</c>: what a model folder holds and how it is used by default.</summary>
public sealed record ModelManifest
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        MaxDepth = 16,
        Converters = { new JsonStringEnumConverter<PixelSampling>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    /// <summary>Version of this file's form; 1.</summary>
    public int Format { get; init; } = 1;

    /// <summary>Name of the model: small letters, digits, '-', '_' and '.', at most 64.</summary>
    public required string Name { get; init; }

    /// <summary>Version of the model, for people; requests may name it.</summary>
    public string Version { get; init; } = "1";

    /// <summary>Licence of the weights and credits for the data.</summary>
    public string? Licence { get; init; }

    /// <summary>What the model draws and was trained on, for people, as the sentence after "This model draws".</summary>
    public string? Description { get; init; }

    /// <summary>The prior.</summary>
    public required PriorHyperparameters Prior { get; init; }

    /// <summary>The low-res encoders by scale (2, 4, 8, ...).</summary>
    public IReadOnlyDictionary<int, LowResHyperparameters> Encoders { get; init; } = new SortedDictionary<int, LowResHyperparameters>();

    /// <summary>Default temperature of the latents drawn from q(z | y), l &lt; k.</summary>
    public float EncoderTemperature { get; init; } = 0.8f;

    /// <summary>Default temperature of the latents drawn from the prior, l &gt;= k.</summary>
    public float PriorTemperature { get; init; } = 0.8f;

    /// <summary>How pixels are taken by default.</summary>
    public PixelSampling PixelSampling { get; init; } = PixelSampling.Sample;

    /// <summary>Levels added to every value of the output; corrects a model whose training data was too dark. -64 to 64.</summary>
    public double OutputBias { get; init; }

    /// <summary>How the weights came to be, part by part (<c>prior</c>, <c>encoder-x4</c>, ...).</summary>
    public IReadOnlyDictionary<string, TrainingRecord> Training { get; init; } = new SortedDictionary<string, TrainingRecord>(StringComparer.Ordinal);

    /// <summary>Reads and checks a manifest.</summary>
    /// <param name="json">The file's content.</param>
    /// <param name="origin">What to call it in messages.</param>
    /// <exception cref="InvalidModelException">It is not JSON of this form, or a field is out of range.</exception>
    public static ModelManifest Parse(ReadOnlySpan<byte> json, string origin)
    {
        try
        {
            ModelManifest manifest = JsonSerializer.Deserialize<ModelManifest>(json, Json) ?? throw new InvalidModelException(origin, "is null");
            manifest.Check(origin);
            return manifest;
        }
        catch (Exception error) when (error is JsonException or InvalidHyperparametersException)
        {
            throw new InvalidModelException(origin, error.Message, error);
        }
    }

    /// <summary>The file's content.</summary>
    public byte[] ToJson() => [.. JsonSerializer.SerializeToUtf8Bytes(this, Json), (byte)'\n'];

    /// <summary>This manifest with the training record of one part.</summary>
    public ModelManifest WithTraining(string part, TrainingRecord record) =>
        this with { Training = new SortedDictionary<string, TrainingRecord>(Training.ToDictionary(), StringComparer.Ordinal) { [part] = record } };

    /// <summary>This manifest with a low-res encoder and its training record.</summary>
    public ModelManifest WithEncoder(LowResArchitecture encoder, TrainingRecord record) =>
        WithTraining($"encoder-x{encoder.Scale}", record) with
        {
            Encoders = new SortedDictionary<int, LowResHyperparameters>(Encoders.ToDictionary()) { [encoder.Scale] = encoder.Hyperparameters },
        };

    /// <summary>Checks what JSON alone can't say.</summary>
    /// <param name="origin">What to call it in messages.</param>
    /// <exception cref="InvalidModelException">A field is out of range.</exception>
    internal void Check(string origin)
    {
        void Require(bool holds, string problem)
        {
            if (!holds)
            {
                throw new InvalidModelException(origin, problem);
            }
        }

        Require(Format == 1, $"format: {Format} is not 1");
        Require(IsName(Name), $"name: '{Name}' is not 1 to 64 small letters, digits, '-', '_' or '.'");
        Require(IsName(Version), $"version: '{Version}' is not 1 to 64 small letters, digits, '-', '_' or '.'");
        Require(EncoderTemperature is >= 0 and <= 10, $"encoder_temperature: {EncoderTemperature} is not from 0 to 10");
        Require(PriorTemperature is >= 0 and <= 10, $"prior_temperature: {PriorTemperature} is not from 0 to 10");
        Require(OutputBias is >= -64 and <= 64, $"output_bias: {OutputBias} is not from -64 to 64");
        Require(Training.Values.All(record => record is not null), "training: a record is null");
        Require(Encoders.Values.All(encoder => encoder is not null), "encoders: an encoder is null");
        var prior = new PriorArchitecture(Prior);
        foreach ((int scale, LowResHyperparameters encoder) in Encoders)
        {
            var architecture = new LowResArchitecture(encoder, prior);
            Require(architecture.Scale == scale, $"encoders: \"{scale}\" is an encoder of scale {architecture.Scale}");
        }
    }

    private static bool IsName(string? text) =>
        text is { Length: >= 1 and <= 64 } && text[0] != '.' && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.');
}
