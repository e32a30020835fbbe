using Xunit;

namespace Cvdvae.DecoderHost.Tests;

/// <summary>Compares 8-bit images.</summary>
internal static class LevelAssert
{
    /// <summary>At most 1 value in 1,000 is off, and by one level (most likely and mean images).</summary>
    public static void SameLevels(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        int off = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            int difference = Math.Abs(expected[i] - actual[i]);
            Assert.True(difference <= 1, $"value {i} is {actual[i]} instead of {expected[i]}");
            off += difference;
        }

        Assert.True(off * 1000 <= expected.Length, $"{off} of {expected.Length} values are off");
    }

    /// <summary>At most 1 value in 1,000 differs (random draws).</summary>
    public static void SameDraw(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        int off = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            off += expected[i] == actual[i] ? 0 : 1;
        }

        Assert.True(off * 1000 <= expected.Length, $"{off} of {expected.Length} values differ");
    }
}
