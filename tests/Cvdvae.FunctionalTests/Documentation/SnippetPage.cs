using Cvdvae.TestUtils;

namespace Cvdvae.FunctionalTests.Documentation;

/// <summary>A page of the documentation in Markdown.</summary>
internal static class SnippetPage
{
    private const string Fence = "```";

    /// <summary>The fenced blocks of a page, in order.</summary>
    /// <param name="path">The page, below the root.</param>
    public static IReadOnlyList<Snippet> Read(string path)
    {
        var found = new List<Snippet>();
        string heading = "";
        string? language = null;
        var code = new List<string>();
        foreach (string line in File.ReadLines(Path.Combine(BuildOutput.Root, path)))
        {
            if (language is null && line.StartsWith('#'))
            {
                heading = line.TrimStart('#').Trim();
            }
            else if (line.StartsWith(Fence, StringComparison.Ordinal) && language is null)
            {
                language = line[Fence.Length..];
                code.Clear();
            }
            else if (line == Fence)
            {
                found.Add(new Snippet(heading, language!, string.Join('\n', code) + "\n"));
                language = null;
            }
            else
            {
                code.Add(line);
            }
        }

        return found;
    }
}
