using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using Cvdvae.ServiceDefaults.Starting;

namespace Cvdvae.Deployment.Tests.Settings;

/// <summary>Writes <c>docs/configuration.md</c>: every option of every service, from the classes and their comments.</summary>
internal static class ConfigurationReference
{
    private const string Head = """
        # Configuration

        Every option of the services. `make configuration` writes this page from the classes of the options, their defaults and their comments; a test compares them.

        By environment (`Gateway__MaxSamples=16`), command line (`--Gateway:MaxSamples 16`) or `appsettings.json` beside the program. Items of a list have numbers: `Gateway__Decoders__0`.
        Times are `hours:minutes:seconds`, sizes are in bytes. What the services do is in
        [serving.md](serving.md); `OTEL_EXPORTER_OTLP_ENDPOINT` and the other variables of OpenTelemetry's specification work as they do everywhere.

        A name that is not here, in one of these sections or in one that is nearly called like it, stops the program, as does a value outside its range or one that can't be read: standard error has a line for each,
        with the name that may be meant, and the exit status is 1. Large and small letters are the same. An option of another service is passed over, so that services can share their settings.

        """;

    // Not those of this machine, of which some defaults are made.
    private static readonly KeyValuePair<string, string?>[] Machine = [new("Torch:Threads", "3")];

    public static async Task<string> WriteAsync()
    {
        var services = new List<ServiceOptions>();
        try
        {
            services.AddRange(ServiceOptions.Roles.Select(role => ServiceOptions.Of(role, Machine)));
            var text = new StringBuilder(Head);
            foreach (Type type in services.SelectMany(service => service.Types).Distinct()
                .OrderBy(type => services.Count(service => service.Types.Contains(type)) == services.Count ? 0 : 1)
                .ThenBy(type => ServiceOptions.SectionOf(type), StringComparer.Ordinal).ThenBy(type => type.Name, StringComparer.Ordinal))
            {
                Append(text, type, [.. services.Where(service => service.Types.Contains(type))]);
            }

            return text.ToString();
        }
        finally
        {
            foreach (ServiceOptions service in services)
            {
                await service.DisposeAsync();
            }
        }
    }

    /// <summary>The keys of all options, a line each.</summary>
    public static async Task<string> KeysAsync()
    {
        var keys = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string role in ServiceOptions.Roles)
        {
            await using ServiceOptions service = ServiceOptions.Of(role, Machine);
            keys.UnionWith(service.Types.SelectMany(OptionName.Of).Select(option => option.Key));
        }

        return string.Concat(keys.Select(key => $"{key}\n"));
    }

    private static void Append(StringBuilder text, Type type, IReadOnlyList<ServiceOptions> services)
    {
        string who = services.Count == ServiceOptions.Roles.Count ? "all services" : string.Join(" and ", services.Select(service => service.Role));
        text.Append(CultureInfo.InvariantCulture, $"\n## `{ServiceOptions.SectionOf(type)}`: {who}\n{OptionSummaries.Of(type)}\n\n| option | default | meaning |\n| --- | --- | --- |\n");
        foreach ((string key, PropertyInfo property, object? plain) in OptionKeys.Of(Activator.CreateInstance(type)!))
        {
            string summary = OptionSummaries.Of(property).Replace("|", "\\|", StringComparison.Ordinal);
            string name = OptionKeys.IsList(property.PropertyType) ? $"{key}:0`, ..." : $"{key}`";
            text.Append(CultureInfo.InvariantCulture, $"| `{name} | {Default(type, key, plain, services)} | {summary} |\n");
        }
    }

    /// <summary>The default: one for all, one for each service, or made of other options.</summary>
    private static string Default(Type type, string key, object? plain, IReadOnlyList<ServiceOptions> services)
    {
        (string Role, string Value)[] values = [.. services.Select(service => (service.Role, Text(OptionKeys.Of(service.Value(type)).Single(item => item.Key == key).Default)))];
        string[] distinct = [.. values.Select(value => value.Value).Distinct(StringComparer.Ordinal)];
        return distinct switch
        {
            // Set to a number above, so that what is made of it is the same everywhere.
            [var one] when one == Text(plain) || key == "Threads" => Text(plain),
            [_] => "see there",
            _ => string.Join(", ", distinct.Select(value => $"{value} ({string.Join(", ", values.Where(item => item.Value == value).Select(item => item.Role))})")),
        };
    }

    private static string Text(object? value) => value switch
    {
        null or "" => "none",
        bool flag => flag ? "`true`" : "`false`",
        string or Enum => $"`{value}`",
        TimeSpan time => $"`{time.ToString(time.Milliseconds == 0 ? "c" : @"hh\:mm\:ss\.FFF", CultureInfo.InvariantCulture)}`",
        IEnumerable items => items.Cast<object>().Any() ? string.Join(", ", items.Cast<object>().Select(Text)) : "none",
        IFormattable number => $"`{number.ToString(null, CultureInfo.InvariantCulture)}`",
        _ => $"`{value}`",
    };
}
