using System.Text;

namespace Cvdvae.Cli;

/// <summary>A table of text that is also Markdown: columns of equal width, numbers to the right.</summary>
/// <param name="headers">The first row; one that ends with a colon is aligned to the right (the colon is not shown).</param>
internal sealed class TextTable(params string[] headers)
{
    private readonly List<string[]> _rows = [[.. headers.Select(header => header.TrimEnd(':'))]];

    /// <summary>Adds a row; a missing cell is blank.</summary>
    public void Add(params string[] cells) => _rows.Add([.. cells.Select(OneLine), .. Enumerable.Repeat("", headers.Length - cells.Length)]);

    public override string ToString()
    {
        int[] widths = [.. Enumerable.Range(0, headers.Length).Select(column => Math.Max(3, _rows.Max(row => row[column].Length)))];
        var text = new StringBuilder();
        for (int index = 0; index < _rows.Count; index++)
        {
            text.Append("| ").AppendJoin(" | ", _rows[index].Select((cell, column) => Pad(cell, column, widths[column]))).Append(" |\n");
            if (index == 0)
            {
                text.Append("| ").AppendJoin(" | ", widths.Select((width, column) => Pad(Right(column) ? ":" : "", column, width).Replace(' ', '-'))).Append(" |\n");
            }
        }

        return text.ToString();
    }

    private string Pad(string cell, int column, int width) => Right(column) ? cell.PadLeft(width) : cell.PadRight(width);

    private static string OneLine(string cell) => cell.ReplaceLineEndings(" ").Replace('|', '/');

    private bool Right(int column) => headers[column].EndsWith(':');
}
