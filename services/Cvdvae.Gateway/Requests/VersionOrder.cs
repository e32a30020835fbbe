namespace Cvdvae.Gateway.Requests;

/// <summary>Orders versions: runs of digits as numbers, everything else as characters, so that 1.10 is newer than 1.9.</summary>
internal sealed class VersionOrder : IComparer<string>
{
    public static VersionOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> left = x;
        ReadOnlySpan<char> right = y;
        while (!left.IsEmpty && !right.IsEmpty)
        {
            ReadOnlySpan<char> leftPart = Part(left);
            ReadOnlySpan<char> rightPart = Part(right);
            int order = char.IsAsciiDigit(left[0]) && char.IsAsciiDigit(right[0])
                ? CompareNumbers(leftPart, rightPart)
                : leftPart.CompareTo(rightPart, StringComparison.Ordinal);
            if (order != 0)
            {
                return order;
            }

            left = left[leftPart.Length..];
            right = right[rightPart.Length..];
        }

        return left.Length.CompareTo(right.Length);
    }

    private static ReadOnlySpan<char> Part(ReadOnlySpan<char> text)
    {
        int digits = text.IndexOfAnyExceptInRange('0', '9');
        return digits switch
        {
            < 0 => text,
            0 => text[..(text.IndexOfAnyInRange('0', '9') is int next and > 0 ? next : text.Length)],
            _ => text[..digits],
        };
    }

    private static int CompareNumbers(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        left = left.TrimStart('0');
        right = right.TrimStart('0');
        int byLength = left.Length.CompareTo(right.Length);
        return byLength != 0 ? byLength : left.CompareTo(right, StringComparison.Ordinal);
    }
}
