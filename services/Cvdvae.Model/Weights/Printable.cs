using System.Globalization;
using System.Text;

namespace Cvdvae.Model.Weights;

/// <summary>
/// Text that may come from a file, made fit for one line of a terminal or a log: a name in it may hold line ends, the escape sequences of terminals, or marks that
/// turn the direction of writing.
/// </summary>
public static class Printable
{
    private const int Longest = 2000;

    /// <summary>The text with such characters as <c>\u001b</c>, cut where it is longer than any message.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= Longest && text.All(IsPlain))
        {
            return text;
        }

        var plain = new StringBuilder();
        foreach (char letter in text.AsSpan(0, Math.Min(text.Length, Longest)))
        {
            plain.Append(IsPlain(letter) ? letter : string.Create(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"));
        }

        return text.Length <= Longest ? plain.ToString() : plain.Append("...").ToString();
    }

    private static bool IsPlain(char letter) => char.GetUnicodeCategory(letter) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
