using Xunit;

namespace Cvdvae.Imaging.Tests;

public sealed class ImageCodecTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(31, 46)]
    [InlineData(256, 3)]
    public void Encode_Png_RoundTripsExactly(int width, int height)
    {
        RgbImage image = TestImages.Noise(width, height);

        RgbImage decoded = Decode(ImageCodec.Encode(image, ImageEncoding.Png, 90));

        Assert.Equal((width, height), (decoded.Width, decoded.Height));
        Assert.Equal(image.Pixels, decoded.Pixels);
    }

    [Theory]
    [InlineData(ImageEncoding.Jpeg)]
    [InlineData(ImageEncoding.Webp)]
    public void Encode_Lossy_StaysCloseAndGrowsWithQuality(ImageEncoding encoding)
    {
        RgbImage image = SafetensorsFixture.Image("face.u8.x0.25");

        byte[] coarse = ImageCodec.Encode(image, encoding, 20);
        byte[] fine = ImageCodec.Encode(image, encoding, 95);

        Assert.True(coarse.Length < fine.Length);
        Assert.InRange(Psnr.Between(image, Decode(fine)), 34, 100);
        Assert.True(Psnr.Between(image, Decode(coarse)) < Psnr.Between(image, Decode(fine)));
        RgbImage gradient = TestImages.Gradient(40, 24);
        Assert.InRange(Psnr.Between(gradient, Decode(ImageCodec.Encode(gradient, encoding, 95))), 40, 100);
    }

    [Fact]
    public void Encode_Formats_HaveTheirSignatures()
    {
        RgbImage image = TestImages.Gradient(8, 8);

        Assert.Equal("PNG"u8.ToArray(), ImageCodec.Encode(image, ImageEncoding.Png, 90)[1..4]);
        Assert.Equal([0xFF, 0xD8, 0xFF], ImageCodec.Encode(image, ImageEncoding.Jpeg, 90)[..3]);
        Assert.Equal("WEBP"u8.ToArray(), ImageCodec.Encode(image, ImageEncoding.Webp, 90)[8..12]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    public void Encode_QualityOutOfRange_IsRefused(int quality) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageCodec.Encode(new RgbImage(1, 1), ImageEncoding.Jpeg, quality));

    [Fact]
    public void Encode_TooLargeForTheFormat_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageCodec.Encode(new RgbImage(16_384, 1), ImageEncoding.Webp, 90));

    [Fact]
    public void Encode_UnknownFormat_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageCodec.Encode(new RgbImage(1, 1), (ImageEncoding)7, 90));

    [Fact]
    public void Decode_PngWithGamma_KeepsTheStoredLevels()
    {
        RgbImage image = TestImages.Noise(9, 5);

        // Linear light (gamma 1.0): a decoder that converts to sRGB would change nearly every level.
        Assert.Equal(image.Pixels, Decode(PngBuilder.Of(image, ("gAMA", [0, 1, 0x86, 0xA0]))).Pixels);
    }

    [Theory]
    [InlineData(8, 8)]
    [InlineData(11, 13)]
    [InlineData(1, 1)]
    public void Decode_InterlacedPng_EqualsThePixels(int width, int height)
    {
        RgbImage image = TestImages.Noise(width, height);

        Assert.Equal(image.Pixels, Decode(PngBuilder.Interlaced(image)).Pixels);
    }

    [Fact]
    public void Decode_GreyPngs_SpreadToRgb()
    {
        Assert.Equal([0, 0, 0, 200, 200, 200], Decode(PngBuilder.Build(2, 1, 8, PngBuilder.Grey, [[0, 200]])).Pixels);
        Assert.Equal([255, 255, 255, 0, 0, 0], Decode(PngBuilder.Build(2, 1, 1, PngBuilder.Grey, [[0b1000_0000]])).Pixels);
        Assert.Equal([85, 85, 85, 170, 170, 170], Decode(PngBuilder.Build(2, 1, 2, PngBuilder.Grey, [[0b0110_0000]])).Pixels);
    }

    [Fact]
    public void Decode_PalettePng_LooksUpColours()
    {
        byte[] palette = [10, 20, 30, 255, 128, 0, 1, 2, 3];
        byte[] file = PngBuilder.Build(4, 1, 4, PngBuilder.Palette, [[0x10, 0x21]], false, ("PLTE", palette), ("tRNS", [255, 255, 0]));

        // The third colour is transparent: white shows.
        Assert.Equal([255, 128, 0, 10, 20, 30, 255, 255, 255, 255, 128, 0], Decode(file).Pixels);
    }

    [Fact]
    public void Decode_AlphaPngs_LieOnWhite()
    {
        byte[] rgba = [100, 0, 255, 255, 100, 0, 255, 0, 100, 0, 255, 128];
        Assert.Equal([100, 0, 255, 255, 255, 255, 177, 127, 255], Decode(PngBuilder.Build(3, 1, 8, PngBuilder.Rgba, [rgba])).Pixels);

        byte[] greyAlpha = [50, 255, 50, 0, 50, 51];
        Assert.Equal(
            [50, 50, 50, 255, 255, 255, 214, 214, 214], Decode(PngBuilder.Build(3, 1, 8, PngBuilder.GreyAlpha, [greyAlpha])).Pixels);

        // A single colour marked as transparent.
        byte[] rgb = [9, 8, 7, 9, 8, 6];
        byte[] keyed = PngBuilder.Build(2, 1, 8, PngBuilder.Rgb, [rgb], false, ("tRNS", [0, 9, 0, 8, 0, 7]));
        Assert.Equal([255, 255, 255, 9, 8, 6], Decode(keyed).Pixels);
    }

    [Fact]
    public void Decode_DeepPngs_RoundToTheNearestLevel()
    {
        // 16-bit levels 100, 100.39 and 100.61 of 255: cutting the low byte off would give 100 for all three.
        byte[] rgb = [.. BigEndian(25700), .. BigEndian(25800), .. BigEndian(25857)];
        Assert.Equal([100, 100, 101], Decode(PngBuilder.Build(1, 1, 16, PngBuilder.Rgb, [rgb])).Pixels);

        byte[] levels = [.. Enumerable.Range(0, 256).SelectMany(i => BigEndian(i * 257))];
        Assert.Equal(
            Enumerable.Range(0, 256).SelectMany(i => Enumerable.Repeat((byte)i, 3)),
            Decode(PngBuilder.Build(256, 1, 16, PngBuilder.Grey, [levels])).Pixels);

        byte[] rgba = [.. BigEndian(0), .. BigEndian(65535), .. BigEndian(51400), .. BigEndian(16384)];
        Assert.Equal([191, 255, 241], Decode(PngBuilder.Build(1, 1, 16, PngBuilder.Rgba, [rgba])).Pixels);
    }

    [Fact]
    public void Decode_CmykJpeg_BecomesRgb()
    {
        RgbImage image = Decode(SampleFiles.CmykJpeg);

        Assert.Equal((16, 8), (image.Width, image.Height));
        AssertNear((255, 0, 0), image[2, 3]);
        AssertNear((255, 255, 255), image[13, 3]);
    }

    [Fact]
    public void Decode_ProgressiveJpeg_IsRead()
    {
        RgbImage image = Decode(SampleFiles.ProgressiveJpeg);

        AssertNear((32, 192, 128), image[2, 12]);
        AssertNear((224, 16, 128), image[14, 1]);
    }

    [Fact]
    public void Decode_TransparentWebp_LiesOnWhite() =>
        Assert.Equal([255, 0, 0, 255, 255, 255], Decode(SampleFiles.TransparentWebp).Pixels);

    [Theory]
    [InlineData(1, 40, 24, 0, 0)]
    [InlineData(2, 40, 24, 39, 0)]
    [InlineData(3, 40, 24, 39, 23)]
    [InlineData(4, 40, 24, 0, 23)]
    [InlineData(5, 24, 40, 0, 0)]
    [InlineData(6, 24, 40, 23, 0)]
    [InlineData(7, 24, 40, 23, 39)]
    [InlineData(8, 24, 40, 0, 39)]
    public void Decode_ExifOrientation_StandsUpright(byte orientation, int width, int height, int firstX, int firstY)
    {
        RgbImage stored = TestImages.Gradient(40, 24);

        RgbImage upright = Decode(WithOrientation(ImageCodec.Encode(stored, ImageEncoding.Jpeg, 95), orientation));

        // Where the first stored pixel goes, and the last, opposite to it; 5 to 8 also exchange rows and columns.
        Assert.Equal((width, height), (upright.Width, upright.Height));
        AssertNear(stored[0, 0], upright[firstX, firstY]);
        AssertNear(stored[39, 23], upright[width - 1 - firstX, height - 1 - firstY]);
        (int endX, int endY) = orientation <= 4 ? (width - 1 - firstX, firstY) : (firstX, height - 1 - firstY);
        AssertNear(stored[39, 0], upright[endX, endY]);
    }

    [Theory]
    [InlineData(1, 40, 24)]
    [InlineData(6, 24, 40)]
    public void Measure_ExifOrientation_IsTheUprightSize(byte orientation, int width, int height)
    {
        byte[] file = WithOrientation(ImageCodec.Encode(TestImages.Gradient(40, 24), ImageEncoding.Jpeg, 95), orientation);

        Assert.Equal(new PlaneSize(width, height), ImageCodec.Measure(file, ImageDecodeLimits.Default));
    }

    [Fact]
    public void Measure_BadFiles_AreRefusedAsDecodeRefusesThem()
    {
        byte[][] files = [[], [1, 2, 3], PngBuilder.HeaderOf(30_000, 30_000), SampleFiles.AnimatedWebp[..10]];
        foreach (byte[] file in files)
        {
            string expected = Assert.Throws<InvalidImageException>(() => ImageCodec.Decode(file, ImageDecodeLimits.Default)).Message;
            Assert.Equal(expected, Assert.Throws<InvalidImageException>(() => ImageCodec.Measure(file, ImageDecodeLimits.Default)).Message);
        }
    }

    private static RgbImage Decode(byte[] file) => ImageCodec.Decode(file, ImageDecodeLimits.Default);

    private static byte[] BigEndian(int value) => [(byte)(value >> 8), (byte)value];

    private static void AssertNear((byte Red, byte Green, byte Blue) expected, (byte Red, byte Green, byte Blue) actual)
    {
        Assert.InRange(actual.Red, expected.Red - 9, expected.Red + 9);
        Assert.InRange(actual.Green, expected.Green - 9, expected.Green + 9);
        Assert.InRange(actual.Blue, expected.Blue - 9, expected.Blue + 9);
    }

    // Inserts an APP1 segment right after the start of the JPEG: big-endian TIFF with one entry, tag 0x0112 (orientation), a short.
    private static byte[] WithOrientation(byte[] jpeg, byte orientation) =>
    [
        0xFF, 0xD8, 0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0,
        0, 0, 0, 0, .. jpeg[2..],
    ];
}
