using System.Globalization;
using Cvdvae.Model.Weights;

namespace Cvdvae.Trainer.Data;

/// <summary>What was left out of a folder of images, and why: told as it is met, and summed up at the end.</summary>
/// <param name="output">Where it is told; null: nowhere.</param>
internal sealed class SkippedImages(TextWriter? output = null)
{
    private readonly SortedDictionary<string, int> _endings = new(StringComparer.Ordinal);
    private int _hidden;

    /// <summary>Files that were to be images and are none that can be used.</summary>
    public int Count { get; private set; }

    /// <summary>A file that can't be used.</summary>
    public void Add(string path, string reason)
    {
        Count++;
        output?.WriteLine($"skipped: {Printable.Of(path)}: {Printable.Of(reason)}");
    }

    /// <summary>A file that is passed over for its ending.</summary>
    public void PassOver(string path)
    {
        string ending = Path.GetExtension(path).ToLowerInvariant();
        _endings[ending] = _endings.GetValueOrDefault(ending) + 1;
    }

    /// <summary>A file or folder that is no picture of anybody's: hidden, or what an archive of macOS brings along.</summary>
    public void PassOverHidden() => _hidden++;

    /// <summary>Tells how many of each there were; nothing where there were none.</summary>
    public void Summarize()
    {
        IEnumerable<string> parts = _endings.OrderByDescending(ending => ending.Value)
            .Select(ending => string.Create(CultureInfo.InvariantCulture, $"{ending.Value} {(ending.Key.Length == 0 ? "without an ending" : Printable.Of(ending.Key))}"));
        string[] passed = [.. parts, .. _hidden > 0 ? [string.Create(CultureInfo.InvariantCulture, $"{_hidden} hidden")] : (string[])[]];
        if (passed.Length > 0)
        {
            output?.WriteLine($"passed over, being no .png, .jpg, .jpeg, .jfif or .webp: {string.Join(", ", passed)}");
        }

        if (Count > 0)
        {
            output?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"skipped in all: {Count}"));
        }
    }
}
