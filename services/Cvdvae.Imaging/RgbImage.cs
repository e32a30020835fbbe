namespace Cvdvae.Imaging;

/// <summary>
/// An 8-bit sRGB image: rows from top to bottom of pixels from left to right, three bytes (red, green, blue) each, without padding.
/// </summary>
public sealed class RgbImage
{
    /// <summary>Colour channels of a pixel.</summary>
    public const int Channels = 3;

    /// <summary>Makes a black image.</summary>
    /// <param name="width">Columns, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1, or the pixels do not fit into one array.</exception>
    public RgbImage(int width, int height)
        : this(width, height, new byte[ByteCount(width, height)])
    {
    }

    /// <summary>Makes an image around <paramref name="pixels"/>, which is not copied.</summary>
    /// <param name="width">Columns, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="pixels">Exactly width * height * 3 bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1, or the pixels do not fit into one array.</exception>
    /// <exception cref="ArgumentException"><paramref name="pixels"/> has another length.</exception>
    public RgbImage(int width, int height, byte[] pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        int expected = ByteCount(width, height);
        if (pixels.Length != expected)
        {
            throw new ArgumentException($"{width}x{height} RGB pixels are {expected} bytes, not {pixels.Length}.", nameof(pixels));
        }

        Width = width;
        Height = height;
        Pixels = pixels;
    }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The pixels themselves: Height rows of Width * 3 bytes.</summary>
    public byte[] Pixels { get; }

    /// <summary>The pixel in column <paramref name="x"/> of row <paramref name="y"/>.</summary>
    public (byte Red, byte Green, byte Blue) this[int x, int y]
    {
        get
        {
            Span<byte> pixel = Row(y).Slice(CheckedColumn(x) * Channels, Channels);
            return (pixel[0], pixel[1], pixel[2]);
        }

        set
        {
            Span<byte> pixel = Row(y).Slice(CheckedColumn(x) * Channels, Channels);
            (pixel[0], pixel[1], pixel[2]) = value;
        }
    }

    /// <summary>Makes an image from planes, rounding half to even and clamping to 0..255 (not a number becomes 0).</summary>
    /// <param name="planes">(3, height, width) levels.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    public static RgbImage FromPlanar(ReadOnlySpan<float> planes, int width, int height)
    {
        var image = new RgbImage(width, height);
        PlanarLayout.RequireLength(planes.Length, width, height);
        PlanarLayout.Interleave(planes, image.Pixels);
        return image;
    }

    /// <summary>Row <paramref name="y"/>: Width * 3 bytes, writable.</summary>
    public Span<byte> Row(int y)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(y);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(y, Height);
        return Pixels.AsSpan(y * Width * Channels, Width * Channels);
    }

    /// <summary>Copies the levels into planes.</summary>
    /// <returns>(3, Height, Width) levels in 0..255.</returns>
    public float[] ToPlanar()
    {
        float[] planes = new float[Pixels.Length];
        PlanarLayout.Deinterleave(Pixels, planes.AsSpan());
        return planes;
    }

    /// <summary>Copies the rectangle whose top left corner is (<paramref name="x"/>, <paramref name="y"/>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rectangle is empty or leaves the image.</exception>
    public RgbImage Crop(int x, int y, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(x);
        ArgumentOutOfRangeException.ThrowIfNegative(y);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, Width - x);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, Height - y);
        var result = new RgbImage(width, height);
        for (int row = 0; row < height; row++)
        {
            Row(y + row).Slice(x * Channels, width * Channels).CopyTo(result.Row(row));
        }

        return result;
    }

    private static int ByteCount(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        long bytes = (long)width * height * Channels;
        return bytes <= Array.MaxLength
            ? (int)bytes
            : throw new ArgumentOutOfRangeException(nameof(height), $"{width}x{height} RGB pixels do not fit into one array.");
    }

    private int CheckedColumn(int x)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(x);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(x, Width);
        return x;
    }
}
