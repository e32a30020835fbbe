using System.Globalization;

namespace Cvdvae.Model.Configuration;

/// <summary>Channels at each resolution: one width, with exceptions in the form <c>32:96,16:128</c> (<c>custom_width_str</c>).</summary>
public sealed class WidthTable
{
    private const int LargestWidth = 16384;
    private readonly int _width;
    private readonly Dictionary<int, int> _exceptions = [];

    /// <summary>Reads a table.</summary>
    /// <param name="widthField">Official name of the field behind <paramref name="width"/>.</param>
    /// <param name="width">Channels wherever no exception is given, 1 to 16384.</param>
    /// <param name="customField">Official name of the field behind <paramref name="custom"/>.</param>
    /// <param name="custom">Exceptions, resolution:channels, separated by commas; may be empty.</param>
    /// <exception cref="InvalidHyperparametersException">A width is out of range or the string can't be read.</exception>
    public WidthTable(string widthField, int width, string customField, string? custom)
    {
        CustomField = customField;
        _width = width is >= 1 and <= LargestWidth
            ? width
            : throw new InvalidHyperparametersException(widthField, $"{width} is not from 1 to {LargestWidth}");
        foreach (string item in (custom ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] pair = item.Split(':');
            if (pair.Length != 2 || !TryNumber(pair[0], out int resolution) || !TryNumber(pair[1], out int channels))
            {
                throw new InvalidHyperparametersException(customField, $"\"{item}\" is not resolution:channels with numbers from 1 to {LargestWidth}");
            }

            _exceptions[resolution] = channels;
        }
    }

    /// <summary>Official name of the field that holds the exceptions, for messages.</summary>
    public string CustomField { get; }

    /// <summary>Channels at a resolution.</summary>
    public int this[int resolution] => _exceptions.GetValueOrDefault(resolution, _width);

    private static bool TryNumber(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value is >= 1 and <= LargestWidth;
}
