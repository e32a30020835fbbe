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
internal sealed partial class CallerNames(
    IReadOnlyDictionary<string, string> fields, IReadOnlyDictionary<string, string> values, Func<string, string, string> setting)
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
        Assignment);

    /// <summary>Of callers who gave an image and <see cref="UpscaleOptions"/>.</summary>
    public static CallerNames OfOptions { get; } = new(
        new Dictionary<string, string>
        {
            ["model"] = nameof(UpscaleOptions.Model),
            ["image"] = "image",
            ["scale"] = nameof(UpscaleOptions.Scale),
            ["sample_count"] = nameof(UpscaleOptions.Samples),
            ["seed"] = nameof(UpscaleOptions.Seed),
            ["encoder_temperature"] = nameof(UpscaleOptions.EncoderTemperature),
            ["prior_temperature"] = nameof(UpscaleOptions.PriorTemperature),
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
        Assignment);

    private static IList<FieldDescriptor> Fields => UpscaleRequest.Descriptor.Fields.InDeclarationOrder();

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
    public string Message(string text) => Names().Replace(text, match =>
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

    private static string Assignment(string option, string value) => $"{option} = {value}";

    private static string Member(EnumDescriptor type, EnumValueDescriptor value) =>
        $"{type.ClrType.Name}.{Enum.GetName(type.ClrType, Enum.ToObject(type.ClrType, value.Number))}";

    [GeneratedRegex(
        @"(?<!\w)'[^']*'(?!\w)|^(?<field>[a-z]+)(?=:)" +
        @"|\b(?<field>[a-z]+(?:_[a-z]+)+)\b(?: (?<value>[A-Z]+(?:_[A-Z0-9]+)+)\b)?|\b(?<value>[A-Z]+(?:_[A-Z0-9]+)+)\b")]
    private static partial Regex Names();
}
