namespace Cvdvae.Imaging;

/// <summary>File formats that <see cref="ImageCodec"/> reads and writes.</summary>
public enum ImageEncoding
{
    /// <summary>PNG: lossless.</summary>
    Png,

    /// <summary>JPEG (baseline when written).</summary>
    Jpeg,

    /// <summary>WebP (lossy when written).</summary>
    Webp,
}
