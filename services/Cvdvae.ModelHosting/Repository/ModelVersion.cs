namespace Cvdvae.ModelHosting.Repository;

/// <summary>
/// The order of versions: runs of digits count as numbers (1.10 is newer than 1.9), other characters as such, and what follows a hyphen makes a version
/// older than the same one without it (2.0-rc1 is older than 2.0).
/// </summary>
public sealed class ModelVersion : IComparer<string>
{
    private ModelVersion()
    {
    }

    /// <summary>Older before newer.</summary>
    public static ModelVersion Order { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> left = x;
        ReadOnlySpan<char> right = y;
        while (left.Length > 0 && right.Length > 0)
        {
            int order = Compare(Take(ref left), Take(ref right));
            if (order != 0)
            {
                return order;
            }
        }

        return Rank(left) - Rank(right) is var rank && rank != 0 ? rank : string.CompareOrdinal(x, y);
    }

    /// <summary>What is left of one version when the other ends: a pre-release, nothing, more.</summary>
    private static int Rank(ReadOnlySpan<char> rest) => rest.Length == 0 ? 0 : rest[0] == '-' ? -1 : 1;

    private static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        if (!char.IsAsciiDigit(left[0]) || !char.IsAsciiDigit(right[0]))
        {
            // A hyphen comes first: 2.0-rc1 before 2.0.1.
            return left[0] == right[0] ? 0 : left[0] == '-' ? -1 : right[0] == '-' ? 1 : left[0].CompareTo(right[0]);
        }

        left = left.TrimStart('0');
        right = right.TrimStart('0');
        return left.Length != right.Length ? left.Length.CompareTo(right.Length) : left.CompareTo(right, StringComparison.Ordinal);
    }

    /// <summary>Takes a run of digits, or one other character.</summary>
    private static ReadOnlySpan<char> Take(ref ReadOnlySpan<char> text)
    {
        int length = Math.Max(1, text.IndexOfAnyExceptInRange('0', '9') is var end && end < 0 ? text.Length : end);
        ReadOnlySpan<char> taken = text[..length];
        text = text[length..];
        return taken;
    }
}
