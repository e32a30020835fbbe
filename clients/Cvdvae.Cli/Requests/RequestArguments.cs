using System.CommandLine;
using Cvdvae.Client;
using Cvdvae.CommandLine;
using Cvdvae.V1;
using Google.Protobuf;

namespace Cvdvae.Cli.Requests;

/// <summary>The options that make a request.</summary>
internal sealed class RequestArguments
{
    /// <summary>Name of the option of the seed, which each command means in its own way.</summary>
    public const string Seed = "--seed";

    private const float HottestTemperature = 10;
    private const double LongestDeadline = 86400;

    private readonly Option<string> _model = new("--model") { Description = "model as NAME or NAME@VERSION; the server's default otherwise", DefaultValueFactory = _ => "" };
    private readonly Option<uint> _samples = CheckedOption.Number("--samples", "samples to draw", 1u, 1u, 100_000u);
    private readonly Option<uint?> _scale = CheckedOption.OptionalNumber("--scale", "factor between the sides of result and input; from the image's size otherwise", 1u, 1024u);
    private readonly Option<float?> _temperature = Temperature("--temperature", "temperature of all latent groups, 0 to 10; the model's own by default");
    private readonly Option<float?> _encoderTemperature = Temperature("--encoder-temperature", "temperature of the groups that the image conditions, in place of --temperature");
    private readonly Option<float?> _priorTemperature = Temperature("--prior-temperature", "temperature of the other groups, in place of --temperature");
    private readonly Option<uint?> _stopAt = CheckedOption.OptionalNumber("--stop-at", "last resolution to compute; the full one otherwise", 1u, 65536u);
    private readonly Option<uint> _quality = CheckedOption.Number("--quality", "quality of JPEG and WebP", 90u, 1u, 100u);
    private readonly Option<bool> _consistency = new("--consistency") { Description = "make the results agree with the input when they are downscaled" };
    private readonly Option<uint[]> _previews = NumberList.Create("--preview-resolutions", "resolutions to preview, as 8,16,32; all below the full one by default", 1u, 65536u);

    private readonly Option<PixelSampling> _pixelSampling =
        Choice.Of("--pixel-sampling", "how pixels are taken; the model's own way by default", RequestWords.PixelSamplings);

    private readonly Option<InputFit> _fit = Choice.Of(
        "--fit",
        "what happens to an image of another size: exact (the default) refuses it, crop takes its middle square and resizes it",
        RequestWords.Fits);

    private readonly Option<ImageFormat> _resultFormat;
    private readonly Option<ImageFormat> _format;
    private readonly Option<ImageFormat> _previewFormat;
    private readonly Option<double?> _deadline = Deadline("seconds after which the call ends with what is finished");

    /// <param name="raw">Whether images may come without a file format.</param>
    public RequestArguments(bool raw)
    {
        (string, ImageFormat)[] formats = raw ? RequestWords.Formats : RequestWords.FileFormats;
        _resultFormat = Choice.Of("--result-format", "format of the results, png by default; --format is the same", formats);
        _format = Choice.Of("--format", "--result-format by its older name", formats);
        _format.Hidden = true;
        _previewFormat = Choice.Of("--preview-format", "format of the previews, png by default", formats);
        Names = RequestWords.Names(new Dictionary<string, string>
        {
            ["model"] = _model.Name,
            ["image"] = "image",
            ["scale"] = _scale.Name,
            ["sample_count"] = _samples.Name,
            ["seed"] = Seed,
            ["encoder_temperature"] = _encoderTemperature.Name,
            ["prior_temperature"] = _priorTemperature.Name,
            ["pixel_sampling"] = _pixelSampling.Name,
            ["enforce_consistency"] = _consistency.Name,
            ["input_fit"] = _fit.Name,
            ["preview_format"] = _previewFormat.Name,
            ["result_format"] = _resultFormat.Name,
            ["quality"] = _quality.Name,
            ["preview_resolutions"] = _previews.Name,
            ["stop_at_resolution"] = _stopAt.Name,
            ["report_groups"] = "report_groups", // no option: the program asks for them where it shows bars
        });
    }

    /// <summary>What the command line calls the fields of a request and their values.</summary>
    public CallerNames Names { get; }

    public void AddTo(Command command)
    {
        Option[] options =
        [
            _samples, _scale, _temperature, _encoderTemperature, _priorTemperature, _pixelSampling, _consistency, _fit, _resultFormat,
            _format, _previewFormat, _quality, _stopAt, _previews, _deadline, _model,
        ];
        foreach (Option option in options)
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (result.GetResult(_resultFormat) is { Implicit: false } && result.GetResult(_format) is { Implicit: false })
            {
                result.AddError($"give one of {_resultFormat.Name} and {_format.Name}: they are the same");
            }
        });
    }

    /// <summary>The request for an image.</summary>
    public UpscaleRequest Read(ParseResult parsed, byte[] image)
    {
        var request = new UpscaleRequest
        {
            Model = parsed.GetRequiredValue(_model),
            Image = UnsafeByteOperations.UnsafeWrap(image),
            Scale = parsed.GetValue(_scale) ?? 0,
            SampleCount = parsed.GetValue(_samples),
            PixelSampling = parsed.GetValue(_pixelSampling),
            EnforceConsistency = parsed.GetValue(_consistency),
            InputFit = parsed.GetValue(_fit),
            PreviewFormat = parsed.GetValue(_previewFormat),
            ResultFormat = parsed.GetValue(parsed.GetResult(_format) is { Implicit: false } ? _format : _resultFormat),
            Quality = parsed.GetValue(_quality),
            StopAtResolution = parsed.GetValue(_stopAt) ?? 0,
        };
        request.PreviewResolutions.AddRange(parsed.GetRequiredValue(_previews));
        if ((parsed.GetValue(_encoderTemperature) ?? parsed.GetValue(_temperature)) is { } encoder)
        {
            request.EncoderTemperature = encoder;
        }

        if ((parsed.GetValue(_priorTemperature) ?? parsed.GetValue(_temperature)) is { } prior)
        {
            request.PriorTemperature = prior;
        }

        return request;
    }

    /// <summary>What the call itself takes.</summary>
    public CallSettings Settings(ParseResult parsed) =>
        new() { Deadline = parsed.GetValue(_deadline) is { } seconds ? TimeSpan.FromSeconds(seconds) : null, Names = Names };

    /// <summary>The option of a deadline in seconds.</summary>
    public static Option<double?> Deadline(string description) =>
        CheckedOption.OptionalNumber("--deadline", description, 0.001, LongestDeadline);

    private static Option<float?> Temperature(string name, string description) => CheckedOption.OptionalNumber(name, description, 0f, HottestTemperature);
}
