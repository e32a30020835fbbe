using SkiaSharp;

namespace Cvdvae.Imaging;

/// <summary>Whether an image's colours have to be brought to sRGB: only an embedded ICC profile for RGB asks for it.</summary>
internal static class ColourProfile
{
    // Of the header of a profile: the kind of the data that it describes.
    private const int DataSpaceOffset = 16;

    /// <summary>
    /// sRGB where the file has a profile that the decoder understands; null to leave the levels as they are stored. A gamma or
    /// chromaticities without a profile leave them too: programs write them without meaning it.
    /// </summary>
    public static SKColorSpace? Destination(SKCodec codec, ReadOnlySpan<byte> data, ImageEncoding encoding)
    {
        bool carries = encoding switch
        {
            ImageEncoding.Png => HasPngProfile(data),
            ImageEncoding.Jpeg => JpegDataSpace(data).SequenceEqual("RGB "u8),
            _ => HasWebpProfile(data),
        };
        return carries && codec.Info.ColorSpace is { IsSrgb: false } ? SKColorSpace.CreateSrgb() : null;
    }

    private static bool HasPngProfile(ReadOnlySpan<byte> data)
    {
        const int ColourTypeOffset = 25;
        const byte ColourBit = 2;
        if (data.Length <= ColourTypeOffset || (data[ColourTypeOffset] & ColourBit) == 0)
        {
            return false;
        }

        // A profile comes before the pixels.
        var chunks = new PngChunks(data);
        while (chunks.MoveNext() && !chunks.Type.SequenceEqual("IDAT"u8))
        {
            if (chunks.Type.SequenceEqual("iCCP"u8))
            {
                return true;
            }
        }

        return false;
    }

    private static ReadOnlySpan<byte> JpegDataSpace(ReadOnlySpan<byte> data)
    {
        var segments = new JpegSegments(data);
        while (segments.MoveNext())
        {
            // The first part of a profile carries its header: name, number of the part, number of parts.
            ReadOnlySpan<byte> body = segments.Body;
            const int Start = 14;
            if (segments.Marker == 0xE2 && body.StartsWith("ICC_PROFILE\0\u0001"u8) && body.Length >= Start + DataSpaceOffset + 4)
            {
                return body.Slice(Start + DataSpaceOffset, 4);
            }
        }

        return [];
    }

    private static bool HasWebpProfile(ReadOnlySpan<byte> data) =>
        data.Length > 30 && data[12..].StartsWith("VP8X"u8) && data[30..].StartsWith("ICCP"u8);
}
