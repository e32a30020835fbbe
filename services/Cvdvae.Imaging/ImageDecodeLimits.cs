namespace Cvdvae.Imaging;

/// <summary>What <see cref="ImageCodec.Decode"/> refuses before it reserves memory for pixels.</summary>
public sealed record ImageDecodeLimits
{
    /// <summary>The limits of a new instance: 16 MiB, 8192 pixels a side and 32 megapixels.</summary>
    public static ImageDecodeLimits Default { get; } = new();

    /// <summary>Largest encoded length, in bytes.</summary>
    public int MaxBytes { get; init; } = 16 << 20;

    /// <summary>Largest width as stored in the file, in pixels.</summary>
    public int MaxWidth { get; init; } = 8192;

    /// <summary>Largest height as stored in the file, in pixels.</summary>
    public int MaxHeight { get; init; } = 8192;

    /// <summary>Largest width times height; over 2^27 counts as 2^27. Decoding takes up to 11 bytes of memory a pixel.</summary>
    public long MaxPixels { get; init; } = 32 << 20;
}
