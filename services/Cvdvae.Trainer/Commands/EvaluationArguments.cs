using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Cvdvae.CommandLine;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Sampling;
using Cvdvae.Trainer.Data;
using Cvdvae.Trainer.Evaluation;
using Cvdvae.Trainer.Evaluation.Perceptual;

namespace Cvdvae.Trainer.Commands;

/// <summary>The options of <c>evaluate</c>.</summary>
internal sealed class EvaluationArguments
{
    private const float HottestTemperature = 10;
    private readonly ImageArguments _images = new(required: false);
    private readonly Option<int?> _scale = CheckedOption.OptionalNumber("--scale", "factor of the low-res encoder; needed where the model has several", 2);
    private readonly Option<int> _samples = CheckedOption.Number("--samples", "samples of each image; the diversity needs two", 5, 1, 1000);
    private readonly Option<float[]> _temperatures = new("--temperature", "--temperatures") { Description = "temperatures of all latents, as 0.1,0.8: rows of the table; the model's own by default", AllowMultipleArgumentsPerToken = true, CustomParser = ParseTemperatures };
    private readonly Option<int> _batch = CheckedOption.Number("--batch", "samples drawn at once", 40, 1, 4096);
    private readonly Option<ulong> _seed = CheckedOption.Number("--seed", "seed of what is drawn", 0UL, 0UL);
    private readonly Option<string?> _perceptual = new("--perceptual") { Description = "file of a perceptual distance's network: torchvision's AlexNet, VGG-16 or SqueezeNet 1.1, or the deep-compressed SqueezeNet 1.0" };
    private readonly Option<string?> _lpips = new("--lpips") { Description = "file of LPIPS's linear weights for that network; without it the distance is LPIPS's uncalibrated form" };
    private readonly Option<int> _prefixes = CheckedOption.Number("--prefixes", "draws of the first latents of the consistency curve", 32, 1, 100_000);
    private readonly Option<int> _completions = CheckedOption.Number("--completions", "images completed from each of them", 8, 2, 4096);

    public Option<string> Model { get; } = new("--model") { Description = "model folder", Required = true };

    public Option<string> Output { get; } = new("--output") { Description = "folder for the tables, plots and the contact sheet", Required = true };

    public Option<string?> Brisque { get; } = new("--brisque") { Description = "folder with BRISQUE's trained model, files allmodel and allrange" };

    /// <summary>Whether the consistency curve is wanted in place of the table.</summary>
    public Option<bool> ConsistencyCurve { get; } = new("--consistency-curve") { Description = "measure how far the first latent groups settle the low-res image, over samples of the prior; needs no images" };

    public Option<PixelSampling?> PixelSampling { get; } = new("--pixel-sampling") { Description = "how pixels are taken: sample, mode or mean; the model's own by default" };

    public Option<string> Device { get; } = DeviceOption.Create();

    public Option<int?> Threads { get; } = CheckedOption.OptionalNumber("--threads", "threads inside an operation; as many as the processor quota allows by default", 1, 1024);

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[Model, Output, _scale, _samples, _temperatures, _perceptual, _lpips, Brisque, PixelSampling, _batch, _seed, ConsistencyCurve, _prefixes, _completions, Device, Threads])
        {
            command.Options.Add(option);
        }

        _images.AddTo(command);
        command.Validators.Add(result =>
        {
            if (!result.GetValue(ConsistencyCurve) && result.GetValue(_images.Images) is not { Length: > 0 })
            {
                result.AddError("--images is required, but for --consistency-curve");
            }

            if (result.GetValue(_lpips) is not null && result.GetValue(_perceptual) is null)
            {
                result.AddError("--lpips needs the network that its weights belong to: --perceptual");
            }
        });
    }

    /// <summary>What the table draws.</summary>
    public EvaluationOptions Options(ParseResult parsed, ModelManifest manifest) => new(
        parsed.GetValue(_samples),
        parsed.GetValue(_temperatures) is { Length: > 0 } given ? given : [manifest.PriorTemperature],
        parsed.GetValue(_batch),
        parsed.GetValue(_seed));

    /// <summary>What the consistency curve draws.</summary>
    /// <exception cref="ArgumentException">Several temperatures were given.</exception>
    public ConsistencyOptions Consistency(ParseResult parsed, ModelManifest manifest)
    {
        float temperature = parsed.GetValue(_temperatures) switch
        {
            null or [] => manifest.PriorTemperature,
            [float given] => given,
            _ => throw new ArgumentException("--temperature: a consistency curve has one temperature"),
        };
        return new ConsistencyOptions(parsed.GetValue(_prefixes), parsed.GetValue(_completions), temperature, parsed.GetValue(_seed));
    }

    /// <summary>The factor that was asked for, or the model's only one.</summary>
    /// <exception cref="ArgumentException">None was given and the model has several.</exception>
    public int ScaleOf(ParseResult parsed, ModelFolder folder) => parsed.GetValue(_scale) ?? folder.Manifest.Encoders.Keys.ToArray() switch
    {
        [int only] => only,
        int[] all => throw new ArgumentException($"--scale is needed: the model has {(all.Length == 0 ? "no low-res encoder" : string.Join(", ", all))}"),
    };

    /// <summary>The perceptual distance; null: none was asked for.</summary>
    public PerceptualDistance? LoadPerceptual(ParseResult parsed) =>
        parsed.GetValue(_perceptual) is string file ? PerceptualDistance.Load(file, parsed.GetValue(_lpips)) : null;

    /// <inheritdoc cref="ImageArguments.Sources"/>
    public IEnumerable<NamedImage> Sources(ParseResult parsed, int size) => _images.Sources(parsed, size);

    /// <summary>A file in the output folder.</summary>
    public string PathOf(ParseResult parsed, string name) => Path.Combine(parsed.GetRequiredValue(Output), name);

    private static float[] ParseTemperatures(ArgumentResult result)
    {
        var temperatures = new List<float>();
        foreach (string text in result.Tokens.SelectMany(token => token.Value.Split(',')))
        {
            if (float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && value is >= 0 and <= HottestTemperature)
            {
                temperatures.Add(value);
            }
            else
            {
                result.AddError($"--temperature: '{text}': accepted are numbers from 0 to {HottestTemperature}");
            }
        }

        return [.. temperatures];
    }
}
