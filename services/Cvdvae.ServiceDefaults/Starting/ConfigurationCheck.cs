using Microsoft.Extensions.Configuration;

namespace Cvdvae.ServiceDefaults.Starting;

/// <summary>Finds settings that no service has, which would do nothing without a word, and values that can't be read.</summary>
/// <param name="configuration">All settings.</param>
/// <param name="known">What the services have.</param>
internal sealed class ConfigurationCheck(IConfiguration configuration, KnownOptions known)
{
    private const string Page = "docs/configuration.md has all options";

    private readonly List<string> _problems = [];
    private readonly List<string> _unused = [];
    private readonly List<string> _unread = [];

    /// <summary>A line for each mistake.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Options of other services that are set here too.</summary>
    public IReadOnlyList<string> Unused => _unused;

    /// <summary>Settings that look like options and are none, but may be somebody else's.</summary>
    public IReadOnlyList<string> Unread => _unread;

    /// <summary>Looks at all settings.</summary>
    public ConfigurationCheck Run()
    {
        foreach ((string key, string value) in configuration.AsEnumerable().Where(setting => setting.Value is not null).Select(setting => (setting.Key, setting.Value!)))
        {
            string[] parts = key.Split(':');
            if (known.Sections.Contains(parts[0]))
            {
                CheckOption(key, value, parts);
            }
            else if (parts.Length > 1)
            {
                CheckSection(key, parts);
            }
            else
            {
                CheckSeparator(key);
            }
        }

        return this;
    }

    private void CheckOption(string key, string value, string[] parts)
    {
        if (parts.Length == 1)
        {
            // A variable of that name may be anybody's.
            return;
        }

        if (known.Own(key) is { } option)
        {
            if (SettingValue.Problem(value, option.Type) is { } problem)
            {
                _problems.Add($"{key}: {problem}{Source(key)}");
            }
        }
        else if (known.Has(key))
        {
            _unused.Add(key);
        }
        else if (known.IsList(key))
        {
            // An empty one says that there are no items.
            if (value.Length > 0)
            {
                _problems.Add($"{key}: it is a list, whose items have numbers: {key}:0{Source(key)}");
            }
        }
        else
        {
            _problems.Add($"{key}: there is no such option; {Meant(key, parts)}{Page}{Source(key)}");
        }
    }

    /// <summary>Whether somebody wrote one of our sections with a mistake; those of the framework and of its packages are far from ours.</summary>
    private void CheckSection(string key, string[] parts)
    {
        if (NearestName.Find(parts[0], known.Sections, parts[0].Length > 5 ? 2 : 1) is not { } section)
        {
            return;
        }

        // Short names are near to many: there the rest must be an option too.
        string meant = $"{section}:{string.Join(':', parts[1..])}";
        if (section.Length > 5 || known.Has(meant))
        {
            _problems.Add($"{key}: there is no section '{parts[0]}'; did you mean {(known.Has(meant) ? meant : section)}? {Page}{Source(key)}");
        }
    }

    /// <summary>Whether somebody wrote an option with another character between its parts: <c>GATEWAY_MAXSAMPLES</c> may be anybody's variable, so that it stops nothing.</summary>
    private void CheckSeparator(string key)
    {
        string meant = key.Replace("_", ":", StringComparison.Ordinal).Replace('.', ':').Replace('-', ':');
        if (meant != key && known.Own(meant) is not null)
        {
            _unread.Add($"{key} is not read; if {known.Spelling(meant) ?? meant} is meant, call it {SettingSource.Variable(known.Spelling(meant) ?? meant)}");
        }
    }

    private string Meant(string key, string[] parts)
    {
        string option = string.Join(':', parts[1..]);
        string? meant = NearestName.Find(key, known.All.Where(candidate => SharesSection(candidate, parts[0])), Math.Max(2, option.Length / 3))
            ?? known.All.FirstOrDefault(candidate => string.Equals(candidate[(candidate.IndexOf(':') + 1)..], option, StringComparison.OrdinalIgnoreCase));
        return meant is null ? "" : $"did you mean {meant.Replace(OptionName.Item, "0", StringComparison.Ordinal)}? ";
    }

    private static bool SharesSection(string key, string section) => key.StartsWith($"{section}:", StringComparison.OrdinalIgnoreCase);

    private string Source(string key) => SettingSource.Describe(configuration, key) is var source && source == key ? "" : $" ({source})";
}
