using System.Text.RegularExpressions;

namespace Cvdvae.Deployment.Tests.Monitoring;

/// <summary>What a query of Prometheus refers to. No parser: enough for the queries of this project.</summary>
internal sealed partial class PrometheusQuery
{
    private static readonly HashSet<string> Words = new(StringComparer.Ordinal) { "and", "or", "unless", "by", "without", "on", "ignoring", "group_left", "group_right", "bool", "offset", "inf", "nan" };

    public PrometheusQuery(string text)
    {
        string rest = Text().Replace(text, "");
        foreach (Match matcher in Matchers().Matches(rest))
        {
            Labels.UnionWith(Name().Matches(matcher.Value).Select(name => name.Value));
        }

        rest = Matchers().Replace(rest, "");
        foreach (Match grouping in Grouping().Matches(rest))
        {
            Labels.UnionWith(Name().Matches(grouping.Groups[1].Value).Select(name => name.Value));
        }

        rest = Range().Replace(Grouping().Replace(rest, ""), "");
        Series.UnionWith(Name().Matches(rest).Where(name => !IsCalled(rest, name) && !Words.Contains(name.Value)).Select(name => name.Value));
    }

    /// <summary>Names of series.</summary>
    public HashSet<string> Series { get; } = new(StringComparer.Ordinal);

    /// <summary>Names of labels.</summary>
    public HashSet<string> Labels { get; } = new(StringComparer.Ordinal);

    private static bool IsCalled(string text, Match name) => text[(name.Index + name.Length)..].TrimStart().StartsWith('(');

    [GeneratedRegex("""("([^"\\]|\\.)*"|'([^'\\]|\\.)*')""")]
    private static partial Regex Text();

    [GeneratedRegex(@"\{[^{}]*\}")]
    private static partial Regex Matchers();

    [GeneratedRegex(@"\[[^\]]*\]")]
    private static partial Regex Range();

    [GeneratedRegex(@"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^()]*)\)")]
    private static partial Regex Grouping();

    // Not the e of 1e9.
    [GeneratedRegex(@"(?<![\w.])[a-zA-Z_:][\w:]*")]
    private static partial Regex Name();
}
