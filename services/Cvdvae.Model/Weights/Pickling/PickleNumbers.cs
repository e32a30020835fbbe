using System.Globalization;
using System.Numerics;

namespace Cvdvae.Model.Weights.Pickling;

/// <summary>Python's numbers: a whole number becomes a long where it fits, else a BigInteger.</summary>
internal static class PickleNumbers
{
    /// <summary>Checkpoints hold no longer whole numbers (the legacy format's magic number has 10 bytes).</summary>
    private const uint MaxLongBytes = 255;

    public static object Whole(PickleReader reader, uint byteCount)
    {
        if (byteCount > MaxLongBytes)
        {
            throw reader.Invalid($"has a whole number of {byteCount} bytes; accepted are up to {MaxLongBytes}");
        }

        return Narrow(new BigInteger(reader.ReadBytes(byteCount)));
    }

    /// <summary>The text forms of protocol 0; "00" and "01" are its booleans.</summary>
    public static object Text(PickleReader reader)
    {
        string line = reader.ReadLine();
        if (line is "00" or "01")
        {
            return line == "01";
        }

        const NumberStyles style = NumberStyles.AllowLeadingSign;
        return BigInteger.TryParse(line.TrimEnd('L'), style, CultureInfo.InvariantCulture, out BigInteger value)
            ? Narrow(value)
            : throw reader.Invalid("has a whole number that is none");
    }

    public static double Float(PickleReader reader) =>
        double.TryParse(reader.ReadLine(), NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw reader.Invalid("has a number that is none");

    private static object Narrow(BigInteger value)
    {
        bool fits = value >= long.MinValue && value <= long.MaxValue;
        object? narrow = fits ? (long)value : null;
        return narrow ?? value;
    }
}
