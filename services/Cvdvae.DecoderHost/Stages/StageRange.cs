using System.Globalization;

namespace Cvdvae.DecoderHost.Stages;

/// <summary>The resolutions of a stage as they are configured, both inclusive.</summary>
/// <param name="First">The first; 0 in <see cref="All"/>.</param>
/// <param name="Last">The last; 0 in <see cref="All"/>.</param>
internal readonly record struct StageRange(int First, int Last)
{
    /// <summary>All resolutions of every model.</summary>
    public static StageRange All => default;

    /// <summary>Reads <c>first-last</c>, for example <c>64-256</c>, or nothing for all.</summary>
    /// <returns>Whether it is one of them.</returns>
    public static bool TryParse(string? text, out StageRange range)
    {
        range = All;
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        string[] ends = text.Split('-');
        if (ends.Length != 2 || !TryNumber(ends[0], out int first) || !TryNumber(ends[1], out int last) || last < first)
        {
            return false;
        }

        range = new StageRange(first, last);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => this == All ? "all" : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= 1;
}
