using Cvdvae.Client;
using Cvdvae.V1;

namespace Cvdvae.Cli.Requests;

/// <summary>The words of the command line for what a request can choose from.</summary>
internal static class RequestWords
{
    private const string Default = "default";

    public static readonly (string Word, PixelSampling Value)[] PixelSamplings =
        [("sample", PixelSampling.Sample), ("mode", PixelSampling.Mode), ("mean", PixelSampling.Mean)];

    public static readonly (string Word, InputFit Value)[] Fits = [("exact", InputFit.Exact), ("crop", InputFit.CropAndResize)];

    /// <summary>Formats of images, those of files first.</summary>
    public static readonly (string Word, ImageFormat Value)[] Formats =
        [("png", ImageFormat.Png), ("jpeg", ImageFormat.Jpeg), ("webp", ImageFormat.Webp), ("raw", ImageFormat.RawRgb)];

    public static readonly (string Word, ImageFormat Value)[] FileFormats = Formats[..^1];

    /// <summary>For messages of the server: names of options, and the words of their values.</summary>
    /// <param name="options">The options by the protocol's names of what they set.</param>
    public static CallerNames Names(IReadOnlyDictionary<string, string> options)
    {
        Dictionary<string, string> words = [];
        Add(words, PixelSamplings);
        Add(words, Fits);
        Add(words, Formats);
        return new CallerNames(
            options, words, (option, word) => word == Default ? $"no {option}" : $"{option} {word}", zeroMeansDefault: false);
    }

    private static void Add<T>(Dictionary<string, string> words, (string Word, T Value)[] choices)
        where T : struct, Enum
    {
        words[CallerNames.WireValue(default(T))] = Default;
        foreach ((string word, T value) in choices)
        {
            words[CallerNames.WireValue(value)] = word;
        }
    }
}
