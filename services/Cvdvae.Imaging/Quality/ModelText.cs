using System.Globalization;

namespace Cvdvae.Imaging.Quality;

/// <summary>A text file of words and numbers, read line by line; what is wrong with it is told with its path and the line.</summary>
internal sealed class ModelText
{
    private const int MaxBytes = 4 << 20;
    private const int MaxShownLength = 40;

    private static readonly char[] Blanks = [' ', '\t', '\r'];

    private readonly string _path;
    private readonly string[] _lines;
    private int _read;

    /// <summary>Opens a file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is larger than 4 MiB, or its last line has no end.</exception>
    public ModelText(string path)
    {
        long length = new FileInfo(path).Length;
        if (length > MaxBytes)
        {
            throw new InvalidDataException($"{path} is {length} bytes long; at most {MaxBytes} are accepted.");
        }

        // A number that was cut off can look whole, and the programs that write such files end every line.
        string text = File.ReadAllText(path);
        _path = path;
        _lines = text.Split('\n');
        if (_lines[^1].Length > 0)
        {
            _read = _lines.Length;
            throw Error("the file is cut off: its last line has no end");
        }

        _lines = _lines[..^1];
    }

    /// <summary>The words of the next line.</summary>
    /// <param name="expected">What should be there, for the error at the end of the file.</param>
    public string[] Next(string expected)
    {
        _read++;
        return _read <= _lines.Length
            ? _lines[_read - 1].Split(Blanks, StringSplitOptions.RemoveEmptyEntries)
            : throw Error($"the file ends before {expected}");
    }

    /// <summary>Refuses lines, other than blank ones, after what has been read.</summary>
    public void RequireEnd()
    {
        while (_read < _lines.Length)
        {
            if (Next("") is [string word, ..])
            {
                throw Error($"{Shown(word)} comes after the end of the model");
            }
        }
    }

    /// <summary>A finite number.</summary>
    public double Number(ReadOnlySpan<char> word, string name) =>
        double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? value
            : throw Error($"{name} is {Shown(word)}, not a finite number");

    /// <summary>A whole number within a range.</summary>
    public int Whole(ReadOnlySpan<char> word, string name, int least, int most) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
            ? value
            : throw Error($"{name} is {Shown(word)}, not a whole number from {least} to {most}");

    /// <summary>An exception for the line read last.</summary>
    public InvalidDataException Error(string problem) => new($"{_path}:{_read}: {problem}.");

    /// <summary>A word for a message: in quotes, a long one cut off.</summary>
    public static string Shown(ReadOnlySpan<char> word) =>
        word.Length <= MaxShownLength ? $"'{word}'" : $"'{word[..MaxShownLength]}...'";
}
