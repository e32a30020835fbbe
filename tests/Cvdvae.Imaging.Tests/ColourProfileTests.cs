using SkiaSharp;
using Xunit;

namespace Cvdvae.Imaging.Tests;

public sealed class ColourProfileTests
{
    // Display P3 (40, 200, 60) by the two matrices and the common curve, worked out apart from any decoder; LittleCMS says the same.
    private static readonly (byte Red, byte Green, byte Blue) s_stored = (40, 200, 60);
    private static readonly (byte Red, byte Green, byte Blue) s_converted = (0, 204, 12);

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void Decode_DisplayP3_BecomesSrgb(SKEncodedImageFormat format)
    {
        byte[] file = Write(format, SKColorSpace.CreateRgb(SKColorSpaceTransferFn.Srgb, SKColorSpaceXyz.DisplayP3));

        RgbImage image = ImageCodec.Decode(file, ImageDecodeLimits.Default);

        AssertNear(s_converted, image[3, 3]);
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void Decode_SrgbProfile_KeepsTheStoredLevels(SKEncodedImageFormat format)
    {
        RgbImage image = ImageCodec.Decode(Write(format, SKColorSpace.CreateSrgb()), ImageDecodeLimits.Default);

        AssertNear(s_stored, image[3, 3]);
    }

    [Fact]
    public void Decode_BrokenProfile_KeepsTheStoredLevels()
    {
        RgbImage image = TestImages.Noise(5, 5);

        // Its name, a zero, the method, and what is no compressed data.
        byte[] file = PngBuilder.Of(image, ("iCCP", [.. "odd\0\0"u8, 1, 2, 3, 4, 5, 6, 7, 8]));

        Assert.Equal(image.Pixels, ImageCodec.Decode(file, ImageDecodeLimits.Default).Pixels);
    }

    private static byte[] Write(SKEncodedImageFormat format, SKColorSpace colours)
    {
        using (colours)
        using (var bitmap = new SKBitmap(new SKImageInfo(8, 8, SKColorType.Rgba8888, SKAlphaType.Opaque, colours)))
        {
            Span<byte> pixels = bitmap.GetPixelSpan();
            for (int at = 0; at < pixels.Length; at += 4)
            {
                (pixels[at], pixels[at + 1], pixels[at + 2], pixels[at + 3]) = (s_stored.Red, s_stored.Green, s_stored.Blue, 255);
            }

            using SKData encoded = bitmap.Encode(format, 100);
            return encoded.ToArray();
        }
    }

    private static void AssertNear((byte Red, byte Green, byte Blue) expected, (byte Red, byte Green, byte Blue) actual)
    {
        const int Slack = 3;
        Assert.InRange(actual.Red, expected.Red - Slack, expected.Red + Slack);
        Assert.InRange(actual.Green, expected.Green - Slack, expected.Green + Slack);
        Assert.InRange(actual.Blue, expected.Blue - Slack, expected.Blue + Slack);
    }
}
