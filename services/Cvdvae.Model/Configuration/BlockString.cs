using System.Globalization;

namespace Cvdvae.Model.Configuration;

/// <summary>Parses the block strings of the official configurations (<c>enc_blocks</c>, <c>dec_blocks</c>, <c>enc_blocks_y</c>).</summary>
internal static class BlockString
{
    private const int LargestResolution = 4096;
    private const int MostBlocks = 4096;

    /// <summary>Parses a bottom-up string such as <c>32x11,32d2,16x6</c>.</summary>
    public static IReadOnlyList<BlockSpec> ParseBottomUp(string field, string text) => Parse(field, text, 'd');

    /// <summary>Parses a top-down string such as <c>1x1,4m1,4x2</c>.</summary>
    public static IReadOnlyList<BlockSpec> ParseTopDown(string field, string text) => Parse(field, text, 'm');

    private static List<BlockSpec> Parse(string field, string text, char link)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new InvalidHyperparametersException(field, "empty; a list such as \"4x2,8m4\" is needed");
        }

        var blocks = new List<BlockSpec>();
        foreach (string item in text.Split(',', StringSplitOptions.TrimEntries))
        {
            int mark = item.IndexOfAny(['x', 'd', 'm']);
            if (mark < 0)
            {
                blocks.Add(new BlockSpec(Number(field, item, item, LargestResolution)));
                continue;
            }

            int resolution = Number(field, item, item[..mark], LargestResolution);
            int argument = Number(field, item, item[(mark + 1)..], LargestResolution);
            if (item[mark] == 'x')
            {
                blocks.AddRange(Enumerable.Repeat(new BlockSpec(resolution), argument));
            }
            else if (item[mark] == link)
            {
                blocks.Add(link == 'd' ? new BlockSpec(resolution, DownRate: argument) : new BlockSpec(resolution, Mixin: argument));
            }
            else
            {
                throw new InvalidHyperparametersException(field, $"\"{item}\": '{item[mark]}' does not belong here; 'x' and '{link}' do");
            }

            if (blocks.Count > MostBlocks)
            {
                throw new InvalidHyperparametersException(field, $"more than {MostBlocks} blocks");
            }
        }

        return blocks;
    }

    private static int Number(string field, string item, string digits, int most) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= 1 && value <= most
            ? value
            : throw new InvalidHyperparametersException(field, $"\"{item}\": \"{digits}\" is not a whole number from 1 to {most}");
}
