namespace Cvdvae.Imaging;

/// <summary>Knows the formats by their first bytes that people send and that are not read, so that a refusal can name them.</summary>
internal static class ForeignFormat
{
    private const int BrandsBytes = 64;

    /// <summary>The name with its article; null where it is none of those.</summary>
    public static string? Of(ReadOnlySpan<byte> data)
    {
        if (data.StartsWith("GIF87a"u8) || data.StartsWith("GIF89a"u8))
        {
            return "a GIF";
        }

        if (data.StartsWith("II*\0"u8) || data.StartsWith("MM\0*"u8) || data.StartsWith("II+\0"u8) || data.StartsWith("MM\0+"u8))
        {
            return "a TIFF";
        }

        if (data.StartsWith("\0\0\0\u000CJXL "u8) || data.StartsWith<byte>([0xFF, 0x0A]))
        {
            return "a JPEG XL";
        }

        if (data.StartsWith("\0\0\0\u000CjP  "u8))
        {
            return "a JPEG 2000";
        }

        if (data.Length >= 12 && data[4..].StartsWith("ftyp"u8))
        {
            return OfBrands(data[8..Math.Min(data.Length, BrandsBytes)]);
        }

        if (data.StartsWith("%PDF-"u8))
        {
            return "a PDF";
        }

        if (data.StartsWith("<svg"u8) || (data.StartsWith("<?xml"u8) && data[..Math.Min(data.Length, 1024)].IndexOf("<svg"u8) >= 0))
        {
            return "an SVG";
        }

        return data.StartsWith("BM"u8) ? "a BMP" : null;
    }

    private static string? OfBrands(ReadOnlySpan<byte> brands)
    {
        if (brands.IndexOf("avif"u8) >= 0 || brands.IndexOf("avis"u8) >= 0)
        {
            return "an AVIF";
        }

        bool heif = brands.IndexOf("heic"u8) >= 0 || brands.IndexOf("heix"u8) >= 0 || brands.IndexOf("hevc"u8) >= 0
            || brands.IndexOf("mif1"u8) >= 0 || brands.IndexOf("msf1"u8) >= 0;
        return heif ? "a HEIC" : "a video";
    }
}
