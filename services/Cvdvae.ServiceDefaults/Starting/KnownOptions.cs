using System.Reflection;

namespace Cvdvae.ServiceDefaults.Starting;

/// <summary>
/// The options of all services: those of this one by its classes, those of the others by a list that is written with <c>docs/configuration.md</c>. Services may share
/// their settings, so what is an option of another one is no mistake.
/// </summary>
internal sealed class KnownOptions
{
    private const string List = "Cvdvae.ServiceDefaults.Starting.known-options.txt";

    private readonly Dictionary<string, OptionName> _own;
    private readonly HashSet<string> _all;

    /// <summary>Knows the options of the given classes and of the list.</summary>
    /// <param name="own">The classes of options that this process uses.</param>
    public KnownOptions(IEnumerable<Type> own)
    {
        _own = new Dictionary<string, OptionName>(StringComparer.OrdinalIgnoreCase);
        foreach (OptionName option in own.SelectMany(OptionName.Of))
        {
            _own[option.Key] = option;
        }

        _all = new HashSet<string>([.. _own.Values.Select(option => option.Key), .. Listed()], StringComparer.OrdinalIgnoreCase);
        Sections = new HashSet<string>(_all.Select(SectionOf), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Names of the sections of all services.</summary>
    public IReadOnlySet<string> Sections { get; }

    /// <summary>Keys of all services.</summary>
    public IReadOnlySet<string> All => _all;

    /// <summary>An option of this process; null: it is none, or one of another service.</summary>
    public OptionName? Own(string key) => _own.GetValueOrDefault(key) ?? (ItemForm(key) is { } item ? _own.GetValueOrDefault(item) : null);

    /// <summary>Whether a key is an option of any service, or an item of one.</summary>
    public bool Has(string key) => _all.Contains(key) || (ItemForm(key) is { } item && _all.Contains(item));

    /// <summary>Whether a key is a list, which takes items and no value of its own.</summary>
    public bool IsList(string key) => _all.Contains($"{key}:{OptionName.Item}");

    /// <summary>The key as it is written in the code; null: it is none.</summary>
    public string? Spelling(string key) => _all.TryGetValue(key, out string? exact) ? exact : null;

    private static string SectionOf(string key) => key[..key.IndexOf(':')];

    private static string? ItemForm(string key) => key.LastIndexOf(':') is var last && last > 0 ? $"{key[..last]}:{OptionName.Item}" : null;

    private static string[] Listed()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(List) ?? throw new InvalidOperationException($"{List} is missing");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
