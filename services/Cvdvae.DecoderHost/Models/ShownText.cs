using System.Globalization;
using System.Text;

namespace Cvdvae.DecoderHost.Models;

/// <summary>Text of a model's folder on its way to terminals and pages: one line, without what could move a cursor or turn the reading order around.</summary>
internal static class ShownText
{
    private const string More = "\u2026";

    /// <summary>Line breaks, tabs and runs of spaces become a space, other control characters go, and a longer text is cut and ends in an ellipsis.</summary>
    /// <param name="text">The text; null is as good as empty.</param>
    /// <param name="mostCharacters">Longest result, in UTF-16 units, at least 1.</param>
    public static string Of(string? text, int mostCharacters)
    {
        var line = new StringBuilder();
        bool space = false;
        foreach (Rune rune in (text ?? "").EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune))
            {
                space = line.Length > 0;
            }
            else if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.Control && !IsReordering(rune.Value))
            {
                _ = space ? line.Append(' ') : line;
                space = false;
                line.Append(rune.ToString());
            }
        }

        return line.Length <= mostCharacters ? line.ToString() : Cut(line.ToString(), mostCharacters - More.Length) + More;
    }

    // Embeddings, overrides and isolates of the bidirectional algorithm.
    private static bool IsReordering(int value) => value is (>= 0x202a and <= 0x202e) or (>= 0x2066 and <= 0x2069);

    private static string Cut(string text, int length) => text[..(length > 0 && char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)].TrimEnd();
}
