namespace Cvdvae.Imaging;

/// <summary>Capitals, digits and a few signs of 3 x 5 dots, so that labels need no font on the machine.</summary>
internal static class PixelFont
{
    /// <summary>Pixels from the top of a line to its bottom.</summary>
    public const int LineHeight = GlyphHeight * DotSize;

    private const int GlyphWidth = 3;
    private const int GlyphHeight = 5;
    private const int DotSize = 2;
    private const int Advance = (GlyphWidth + 1) * DotSize;

    // Five octal digits a glyph, one a row from the top, whose bits 4, 2, 1 are the dots from the left.
    private static readonly Dictionary<char, string> Glyphs = new()
    {
        ['0'] = "75557", ['1'] = "26227", ['2'] = "71747", ['3'] = "71717", ['4'] = "55711", ['5'] = "74717", ['6'] = "74757",
        ['7'] = "71122", ['8'] = "75757", ['9'] = "75717", ['A'] = "25755", ['B'] = "65656", ['C'] = "34443", ['D'] = "65556",
        ['E'] = "74647", ['F'] = "74644", ['G'] = "34553", ['H'] = "55755", ['I'] = "72227", ['J'] = "11152", ['K'] = "55655",
        ['L'] = "44447", ['M'] = "57755", ['N'] = "65555", ['O'] = "25552", ['P'] = "65644", ['Q'] = "25563", ['R'] = "65655",
        ['S'] = "34216", ['T'] = "72222", ['U'] = "55557", ['V'] = "55552", ['W'] = "55775", ['X'] = "55255", ['Y'] = "55222",
        ['Z'] = "71247", ['.'] = "00002", [','] = "00024", [':'] = "02020", [';'] = "02024", ['-'] = "00700", ['+'] = "02720",
        ['='] = "07070", ['/'] = "11244", ['%'] = "51245", ['('] = "12221", [')'] = "42224",
    };

    /// <summary>Writes <paramref name="text"/> with its top left corner at (left, top), as many whole characters as fit.</summary>
    public static void Draw(RgbImage page, string text, int left, int top, int width, (byte Red, byte Green, byte Blue) color)
    {
        int count = Math.Min(text.Length, (width + DotSize) / Advance);
        for (int i = 0; i < count; i++)
        {
            if (Glyphs.TryGetValue(char.ToUpperInvariant(text[i]), out string? rows))
            {
                DrawGlyph(page, rows, left + (i * Advance), top, color);
            }
        }
    }

    private static void DrawGlyph(RgbImage page, string rows, int left, int top, (byte Red, byte Green, byte Blue) color)
    {
        for (int y = 0; y < LineHeight; y++)
        {
            int dots = rows[y / DotSize] - '0';
            for (int x = 0; x < GlyphWidth * DotSize; x++)
            {
                if ((dots & (4 >> (x / DotSize))) != 0)
                {
                    page[left + x, top + y] = color;
                }
            }
        }
    }
}
