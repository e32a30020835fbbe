using Xunit;

namespace Cvdvae.Imaging.Tests;

/// <summary>The orientation of a file, in every format, place, byte order and type that carries it, turns the same pixels the same way.</summary>
public sealed class ExifOrientationTests
{
    private const byte TypeShort = 3;
    private const byte TypeLong = 4;

    public static TheoryData<byte, byte, bool> Entries
    {
        get
        {
            var entries = new TheoryData<byte, byte, bool>();
            for (byte orientation = 1; orientation <= 8; orientation++)
            {
                entries.Add(orientation, TypeShort, true);
                entries.Add(orientation, TypeShort, false);
                entries.Add(orientation, TypeLong, true);
                entries.Add(orientation, TypeLong, false);
            }

            return entries;
        }
    }

    [Theory]
    [MemberData(nameof(Entries))]
    public void Decode_EveryCarrier_TurnsAlike(byte orientation, byte type, bool little)
    {
        RgbImage stored = TestImages.Noise(5, 3);
        byte[] tiff = Tiff(orientation, type, little);
        byte[] before = PngBuilder.Of(stored, ("eXIf", tiff));
        byte[] plain = PngBuilder.Of(stored);
        byte[] after = [.. plain[..^12], .. PngBuilder.Chunk("eXIf", tiff), .. plain[^12..]];

        RgbImage expected = Turned(stored, orientation);
        foreach (byte[] png in new[] { before, after })
        {
            RgbImage upright = ImageCodec.Decode(png, ImageDecodeLimits.Default);
            Assert.Equal((expected.Width, expected.Height), (upright.Width, upright.Height));
            Assert.Equal(expected.Pixels, upright.Pixels);
            Assert.Equal(new PlaneSize(expected.Width, expected.Height), ImageCodec.Measure(png, ImageDecodeLimits.Default));
        }

        byte[] jpeg = ImageCodec.Encode(TestImages.Noise(24, 16), ImageEncoding.Jpeg, 90);
        int length = 8 + tiff.Length;
        byte[] turned = [.. jpeg[..2], 0xFF, 0xE1, 0, (byte)length, .. "Exif\0\0"u8, .. tiff, .. jpeg[2..]];
        RgbImage flat = ImageCodec.Decode(jpeg, ImageDecodeLimits.Default);
        Assert.Equal(Turned(flat, orientation).Pixels, ImageCodec.Decode(turned, ImageDecodeLimits.Default).Pixels);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void Decode_NumberThatIsNoOrientation_LeavesThePixels(byte orientation)
    {
        RgbImage stored = TestImages.Noise(5, 3);

        byte[] file = PngBuilder.Of(stored, ("eXIf", Tiff(orientation, TypeShort, true)));

        Assert.Equal(stored.Pixels, ImageCodec.Decode(file, ImageDecodeLimits.Default).Pixels);
    }

    [Fact]
    public void Decode_DamagedExif_NeverFails()
    {
        RgbImage stored = TestImages.Noise(5, 5);
        byte[] tiff = Tiff(6, TypeLong, false);
        var random = new Random(3);
        for (int i = 0; i < 300; i++)
        {
            byte[] damaged = tiff[..random.Next(tiff.Length + 1)];
            for (int at = 4; at < damaged.Length; at++)
            {
                damaged[at] = random.Next(3) == 0 ? (byte)random.Next(256) : damaged[at];
            }

            byte[] file = PngBuilder.Of(stored, ("eXIf", damaged));
            Assert.Equal(5, ImageCodec.Decode(file, ImageDecodeLimits.Default).Width);
        }
    }

    // One entry in one directory.
    private static byte[] Tiff(byte orientation, byte type, bool little) => (little, type) switch
    {
        (true, _) => [.. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 0x01, type, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0],
        (_, TypeShort) => [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, type, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0],
        _ => [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, type, 0, 0, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0],
    };

    // By two moves, mirror and transpose, which make up all eight.
    private static RgbImage Turned(RgbImage image, int orientation) => orientation switch
    {
        2 => Mirrored(image),
        3 => Mirrored(Transposed(Mirrored(Transposed(image)))),
        4 => Transposed(Mirrored(Transposed(image))),
        5 => Transposed(image),
        6 => Mirrored(Transposed(image)),
        7 => Mirrored(Transposed(Mirrored(image))),
        8 => Transposed(Mirrored(image)),
        _ => image,
    };

    private static RgbImage Mirrored(RgbImage image) => Map(image, image.Width, image.Height, (x, y) => image[image.Width - 1 - x, y]);

    private static RgbImage Transposed(RgbImage image) => Map(image, image.Height, image.Width, (x, y) => image[y, x]);

    private static RgbImage Map(RgbImage image, int width, int height, Func<int, int, (byte Red, byte Green, byte Blue)> from)
    {
        var result = new RgbImage(width, height);
        for (int at = 0; at < width * height; at++)
        {
            result[at % width, at / width] = from(at % width, at / width);
        }

        return result;
    }
}
