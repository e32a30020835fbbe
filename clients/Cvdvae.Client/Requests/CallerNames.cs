using System.Globalization;
using System.Text.RegularExpressions;
using Cvdvae.V1;
using Google.Protobuf.Reflection;

namespace Cvdvae.Client;

/// <summary>
/// How a caller writes what the protocol calls by its own names: messages of a server speak of what the caller can change.
/// </summary>
/// <param name="fields">The caller's names of the fields of <see cref="UpscaleRequest"/>, by the protocol's.</param>
/// <param name="values">The caller's names of the values of its enums, by the protocol's.</param>
/// <param name="setting">How the caller gives a value to an option.</param>
/// <param name="zeroMeansDefault">Whether the caller says 0 where the protocol does, rather than nothing.</param>
internal sealed partial class CallerNames(
    IReadOnlyDictionary<string, string> fields,
    IReadOnlyDictionary<string, string> values,
    Func<string, string, string> setting,
    bool zeroMeansDefault)
{
    private static readonly IReadOnlyDictionary<string, string> EnumMembers = Fields
        .Where(field => field.FieldType == FieldType.Enum)
        .Select(field => field.EnumType)
        .Distinct()
        .SelectMany(type => type.Values, (type, value) => (value.Name, Member: Member(type, value)))
        .ToDictionary(pair => pair.Name, pair => pair.Member);

    /// <summary>
    /// Of callers who made an <see cref="UpscaleRequest"/>: its properties. Names of one word are the same but for the case.
    /// </summary>
    public static CallerNames OfRequest { get; } = new(
        Fields.ToDictionary(
            field => field.Name,
            field => field.Name.Contains('_', StringComparison.Ordinal) ? field.PropertyName : field.Name),
        EnumMembers,
        Assignment,
        zeroMeansDefault: true);

    /// <summary>Of callers who gave an image and <see cref="UpscaleOptions"/>, where no option stands for two fields.</summary>
    public static CallerNames OfOptions { get; } = Of(new UpscaleOptions());

    private static IList<FieldDescriptor> Fields => UpscaleRequest.Descriptor.Fields.InDeclarationOrder();

    /// <summary>Of a caller who gave an image and these options.</summary>
    public static CallerNames Of(UpscaleOptions options) => new(
        new Dictionary<string, string>
        {
            ["model"] = nameof(UpscaleOptions.Model),
            ["image"] = "image",
            ["scale"] = nameof(UpscaleOptions.Scale),
            ["sample_count"] = nameof(UpscaleOptions.Samples),
            ["seed"] = nameof(UpscaleOptions.Seed),
            ["encoder_temperature"] = Temperature(options, options.EncoderTemperature, nameof(options.EncoderTemperature)),
            ["prior_temperature"] = Temperature(options, options.PriorTemperature, nameof(options.PriorTemperature)),
            ["pixel_sampling"] = nameof(UpscaleOptions.PixelSampling),
            ["enforce_consistency"] = nameof(UpscaleOptions.Consistency),
            ["input_fit"] = nameof(UpscaleOptions.Fit),
            ["preview_format"] = nameof(UpscaleOptions.PreviewFormat),
            ["result_format"] = nameof(UpscaleOptions.ResultFormat),
            ["quality"] = nameof(UpscaleOptions.Quality),
            ["preview_resolutions"] = nameof(UpscaleOptions.PreviewResolutions),
            ["stop_at_resolution"] = nameof(UpscaleOptions.StopAt),
            ["report_groups"] = nameof(UpscaleOptions.ReportGroups),
        },
        EnumMembers,
        Assignment,
        zeroMeansDefault: false);

    /// <summary>The protocol's name of a value of an enum.</summary>
    public static string WireValue<T>(T value)
        where T : struct, Enum => Fields
            .Where(field => field.FieldType == FieldType.Enum && field.EnumType.ClrType == typeof(T))
            .Select(field => field.EnumType.FindValueByNumber(Convert.ToInt32(value, CultureInfo.InvariantCulture)).Name)
            .First();

    /// <summary>The caller's name of a field; the protocol's where there is no other.</summary>
    public string Field(string field) => fields.GetValueOrDefault(field, field);

    /// <summary>
    /// A message of the server with the caller's names: of the field that it begins with, of names with an underscore elsewhere (other ones
    /// are plain English there), and of values. What stands in quotes is the caller's own text and stays.
    /// </summary>
    public string Message(string text) => Names().Replace(zeroMeansDefault ? text : Zero().Replace(text, ""), match =>
    {
        string field = match.Groups["field"].Value;
        string value = match.Groups["value"].Value;
        return (field.Length, value.Length) switch
        {
            (> 0, > 0) when fields.ContainsKey(field) && values.ContainsKey(value) => setting(fields[field], values[value]),
            (> 0, > 0) => $"{Field(field)} {values.GetValueOrDefault(value, value)}",
            (> 0, 0) => Field(field),
            (0, > 0) => values.GetValueOrDefault(value, value),
            _ => match.Value,
        };
    });

    // One temperature stands for the two fields, but for those that have one of their own.
    private static string Temperature(UpscaleOptions options, float? own, string name) =>
        own is null && options.Temperature is not null ? nameof(options.Temperature) : name;

    private static string Assignment(string option, string value) => $"{option} = {value}";

    private static string Member(EnumDescriptor type, EnumValueDescriptor value) =>
        $"{type.ClrType.Name}.{Enum.GetName(type.ClrType, Enum.ToObject(type.ClrType, value.Number))}";

    // What the server offers at the end to those who speak its protocol.
    [GeneratedRegex(", or 0 for [^;,']*(?:'s [^;,']*)?$")]
    private static partial Regex Zero();

    [GeneratedRegex(
        @"(?<!\w)'[^']*'(?!\w)|^(?<field>[a-z]+)(?=:)" +
        @"|\b(?<field>[a-z]+(?:_[a-z]+)+)\b(?: (?<value>[A-Z]+(?:_[A-Z0-9]+)+)\b)?|\b(?<value>[A-Z]+(?:_[A-Z0-9]+)+)\b")]
    private static partial Regex Names();
}
