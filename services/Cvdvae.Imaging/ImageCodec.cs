using SkiaSharp;

namespace Cvdvae.Imaging;

/// <summary>
/// Reads PNG, JPEG and WebP into 8-bit RGB and writes them. Levels are taken as sRGB; an embedded RGB profile brings them there, a bare
/// gamma doesn't. Nothing but the three formats reaches the decoder.
/// </summary>
public static class ImageCodec
{
    private const long MaxPixelsOfAnyImage = 1L << 27;
    private const int MaxWebpSide = 16383;
    private const int MaxJpegSide = 65535;
    private const int FullChromaQuality = 90;

    // On a 256x256 photograph: 2 ms, and 7% larger than level 6, which takes 9 ms.
    private const int PngCompressionLevel = 1;
    private const SKPngEncoderFilterFlags PngFilter = SKPngEncoderFilterFlags.Paeth;

    /// <summary>
    /// Decodes a still image: turned upright by its EXIF orientation, alpha over white, grey and palettes spread to RGB, 16 bits a
    /// channel rounded to 8, CMYK JPEG converted without a profile.
    /// </summary>
    /// <param name="data">A whole PNG, JPEG or WebP file.</param>
    /// <param name="limits">Looked at before memory is reserved for pixels; the size is that in the file's header.</param>
    /// <exception cref="InvalidImageException">
    /// The data are empty, of another format, over a limit, animated (WebP), or not all of the pixels are there. A missing end mark or
    /// a wrong checksum is no reason.
    /// </exception>
    public static RgbImage Decode(ReadOnlySpan<byte> data, ImageDecodeLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ImageEncoding encoding = RequireEncoding(data, limits);
        RgbImage image = encoding switch
        {
            ImageEncoding.Png => Repairing(data, file => DecodeStored(file, encoding, limits)),
            ImageEncoding.Jpeg => JpegPixels.Decode(file => DecodeStored(file, encoding, limits), data),
            _ => DecodeStored(data, encoding, limits),
        };
        return ImageOrientation.Apply(image, ExifOrientation.Read(data, encoding));
    }

    /// <summary>Reads the size of a still image from its header, turned upright by its EXIF orientation.</summary>
    /// <param name="data">A whole PNG, JPEG or WebP file.</param>
    /// <param name="limits">As for <see cref="Decode"/>.</param>
    /// <exception cref="InvalidImageException">The data are empty, of another format or over a limit, or the header is damaged.</exception>
    public static PlaneSize Measure(ReadOnlySpan<byte> data, ImageDecodeLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ImageEncoding encoding = RequireEncoding(data, limits);
        PlaneSize stored = encoding == ImageEncoding.Png
            ? Repairing(data, file => MeasureStored(file, encoding, limits))
            : MeasureStored(data, encoding, limits);
        return ExifOrientation.Read(data, encoding) >= SKEncodedOrigin.LeftTop ? new PlaneSize(stored.Height, stored.Width) : stored;
    }

    /// <summary>Encodes an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="encoding">The file format.</param>
    /// <param name="quality">1 to 100, for JPEG and WebP. From 90, JPEG keeps the full resolution of the colours.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="quality"/> or <paramref name="encoding"/> is not one of those, or the image is larger than the format allows.
    /// </exception>
    public static byte[] Encode(RgbImage image, ImageEncoding encoding, int quality)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        int longest = Math.Max(image.Width, image.Height);
        if ((encoding == ImageEncoding.Webp && longest > MaxWebpSide) || (encoding == ImageEncoding.Jpeg && longest > MaxJpegSide))
        {
            throw new ArgumentOutOfRangeException(
                nameof(image), $"{image.Width}x{image.Height} pixels do not fit into a {Name(encoding)} file.");
        }

        using var bitmap = new SKBitmap(new SKImageInfo(image.Width, image.Height, SKColorType.Rgb888x, SKAlphaType.Opaque));
        PixelPacking.SpreadRgb(image.Pixels, bitmap.GetPixelSpan());
        using SKPixmap pixmap = bitmap.PeekPixels();
        using SKData? encoded = encoding switch
        {
            ImageEncoding.Png => pixmap.Encode(new SKPngEncoderOptions(PngFilter, PngCompressionLevel)),
            ImageEncoding.Jpeg => pixmap.Encode(new SKJpegEncoderOptions(quality, Downsample(quality), SKJpegEncoderAlphaOption.Ignore)),
            ImageEncoding.Webp => pixmap.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossy, quality)),
            _ => throw new ArgumentOutOfRangeException(nameof(encoding), encoding, "PNG, JPEG and WebP can be written."),
        };
        return encoded?.ToArray()
            ?? throw new InvalidOperationException($"{image.Width}x{image.Height} pixels could not be encoded as {Name(encoding)}.");
    }

    // A checksum that is wrong says that somebody changed the file and forgot it, more often than that the pixels are damaged: those have a
    // sum of their own inside the compressed data.
    private static T Repairing<T>(ReadOnlySpan<byte> png, Func<byte[], T> read)
    {
        byte[] file = png.ToArray();
        try
        {
            return read(file);
        }
        catch (InvalidImageException) when (PngChecksums.Repair(file))
        {
            return read(file);
        }
    }

    private static RgbImage DecodeStored(ReadOnlySpan<byte> data, ImageEncoding encoding, ImageDecodeLimits limits)
    {
        using SKData copy = SKData.CreateCopy(data);
        using SKCodec codec = OpenCodec(copy, encoding, limits);
        if (!ImageContainer.IsComplete(data, encoding))
        {
            throw new InvalidImageException($"The {Name(encoding)} image is truncated: the file ends before its last part.");
        }

        bool deep = ImageContainer.IsDeepPng(data, encoding);
        using SKColorSpace? colours = ColourProfile.Destination(codec, data, encoding);
        return DecodePixels(codec, encoding, deep ? SKColorType.RgbaF16 : SKColorType.Rgba8888, colours);
    }

    private static PlaneSize MeasureStored(ReadOnlySpan<byte> data, ImageEncoding encoding, ImageDecodeLimits limits)
    {
        using SKData copy = SKData.CreateCopy(data);
        using SKCodec codec = OpenCodec(copy, encoding, limits);
        return new PlaneSize(codec.Info.Width, codec.Info.Height);
    }

    private static SKCodec OpenCodec(SKData data, ImageEncoding encoding, ImageDecodeLimits limits)
    {
        SKCodec codec = SKCodec.Create(data)
            ?? throw new InvalidImageException($"The {Name(encoding)} image is truncated or damaged: its header cannot be read.");
        try
        {
            RequireSize(codec.Info.Width, codec.Info.Height, limits);
            return codec;
        }
        catch (InvalidImageException)
        {
            codec.Dispose();
            throw;
        }
    }

    private static ImageEncoding RequireEncoding(ReadOnlySpan<byte> data, ImageDecodeLimits limits)
    {
        if (data.IsEmpty)
        {
            throw new InvalidImageException("The image is empty; a PNG, JPEG or WebP file is accepted.");
        }

        if (data.Length > limits.MaxBytes)
        {
            throw new InvalidImageException($"The image is {data.Length} bytes long; at most {limits.MaxBytes} are accepted.");
        }

        ImageEncoding encoding = ImageContainer.Detect(data)
            ?? throw new InvalidImageException(ForeignFormat.Of(data) is { } name
                ? $"The image is {name} file, which is not read; a PNG, JPEG or WebP file is accepted."
                : "The image is of an unknown format; a PNG, JPEG or WebP file is accepted.");
        if (encoding == ImageEncoding.Webp && WebpFrames.Count(data) is int frames and > 1)
        {
            throw new InvalidImageException($"The WebP image is an animation of {frames} frames; a still image is accepted.");
        }

        return encoding;
    }

    private static void RequireSize(int width, int height, ImageDecodeLimits limits)
    {
        if (width > limits.MaxWidth || height > limits.MaxHeight)
        {
            throw new InvalidImageException(
                $"The image is {width}x{height} pixels; at most {limits.MaxWidth}x{limits.MaxHeight} are accepted.");
        }

        long most = Math.Min(limits.MaxPixels, MaxPixelsOfAnyImage);
        long pixels = (long)width * height;
        if (pixels > most)
        {
            throw new InvalidImageException($"The image has {pixels} pixels ({width}x{height}); at most {most} are accepted.");
        }
    }

    private static RgbImage DecodePixels(SKCodec codec, ImageEncoding encoding, SKColorType colorType, SKColorSpace? colours)
    {
        // Without a colour space in the destination the decoder leaves the levels as they are stored.
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, colorType, SKAlphaType.Unpremul, colours);
        using var bitmap = new SKBitmap(info);
        SKCodecResult outcome = codec.GetPixels(info, bitmap.GetPixels());
        if (outcome != SKCodecResult.Success)
        {
            string problem = outcome == SKCodecResult.IncompleteInput ? "truncated or damaged: it ends early" : $"damaged ({outcome})";
            throw new InvalidImageException($"The {Name(encoding)} image is {problem}.");
        }

        var image = new RgbImage(info.Width, info.Height);
        if (colorType == SKColorType.RgbaF16)
        {
            PixelPacking.FlattenHalfRgba(bitmap.GetPixelSpan(), image.Pixels);
        }
        else
        {
            PixelPacking.FlattenRgba(bitmap.GetPixelSpan(), image.Pixels);
        }

        return image;
    }

    private static SKJpegEncoderDownsample Downsample(int quality) =>
        quality >= FullChromaQuality ? SKJpegEncoderDownsample.Downsample444 : SKJpegEncoderDownsample.Downsample420;

    private static string Name(ImageEncoding encoding) => encoding switch
    {
        ImageEncoding.Png => "PNG",
        ImageEncoding.Jpeg => "JPEG",
        _ => "WebP",
    };
}
