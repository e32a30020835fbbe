using System.Text.RegularExpressions;
using Cvdvae.TestUtils;

namespace Cvdvae.Deployment.Tests.Walkthrough;

/// <summary>The commands of <c>docs/walkthrough.md</c>, by the headings that they stand below.</summary>
internal static partial class WalkthroughPage
{
    /// <summary>Headings in their order; those without commands too.</summary>
    public static IReadOnlyList<string> Headings { get; } = [.. Heading().Matches(Text).Select(match => match.Groups[1].Value)];

    private static string Text => File.ReadAllText(Path.Combine(BuildOutput.Root, "docs", "walkthrough.md"));

    /// <summary>Everything that is typed below a heading.</summary>
    public static string Commands(string heading)
    {
        string[] parts = Text.Split('\n').SkipWhile(line => line != $"# {heading}" && line != $"## {heading}").Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal)).ToArray();
        return string.Concat(Block().Matches(string.Join('\n', parts)).Select(match => match.Groups[1].Value));
    }

    [GeneratedRegex("^##? (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("^```sh\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
