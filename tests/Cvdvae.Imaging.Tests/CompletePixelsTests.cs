using System.Buffers.Binary;
using System.IO.Compression;
using Xunit;

namespace Cvdvae.Imaging.Tests;

/// <summary>A file is whole where all of its pixels are there, whatever its last bytes and its checksums say.</summary>
public sealed class CompletePixelsTests
{
    private static readonly byte[] s_endOfImage = [0xFF, 0xD9];

    public static TheoryData<string> Jpegs => ["photograph", "large", "noise", "grey", "progressive", "cmyk"];

    [Theory]
    [MemberData(nameof(Jpegs))]
    public void Decode_JpegWithoutEndMark_IsThePicture(string kind)
    {
        byte[] file = Jpeg(kind);

        Assert.Equal(Decode(file).Pixels, Decode(file[..^2]).Pixels);
    }

    [Theory]
    [MemberData(nameof(Jpegs))]
    public void Decode_JpegWithAMakersTrailerInPlaceOfTheEndMark_IsThePicture(string kind)
    {
        byte[] file = Jpeg(kind);
        byte[] trailer = [0, 0, 1, 0x0A, 0x0E, 0, 0, 0, .. "Image_UTC_Data1700000000000SEFHk"u8, 0, 0, 0, .. "SEFT"u8];

        Assert.Equal(Decode(file).Pixels, Decode([.. file[..^2], .. trailer]).Pixels);
        Assert.Equal(Decode(file).Pixels, Decode([.. file, .. trailer]).Pixels);
    }

    [Theory]
    [MemberData(nameof(Jpegs))]
    public void Decode_JpegCutAndEndedAgain_IsRefused(string kind)
    {
        byte[] file = Jpeg(kind);
        foreach (int percent in new[] { 30, 45, 60, 75, 90, 95 })
        {
            byte[] cut = file[..(file.Length * percent / 100)];
            Assert.Throws<InvalidImageException>(() => Decode([.. cut, .. s_endOfImage]));
            Assert.Throws<InvalidImageException>(() => Decode(cut));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Decode_PngWithoutItsLastChunk_IsThePicture(bool interlaced)
    {
        RgbImage image = TestImages.Noise(16, 16);
        byte[] file = interlaced ? PngBuilder.Interlaced(image) : PngBuilder.Of(image);

        Assert.Equal(image.Pixels, Decode(file[..^12]).Pixels);
        Assert.Equal(image.Pixels, Decode(file[..^6]).Pixels);
    }

    [Theory]
    [InlineData("IHDR")]
    [InlineData("PLTE")]
    [InlineData("IDAT")]
    [InlineData("IEND")]
    public void Decode_PngWithABadChecksum_IsThePicture(string chunk)
    {
        byte[] palette = [10, 20, 30, 255, 128, 0, 1, 2, 3];
        byte[] file = PngBuilder.Build(4, 1, 4, PngBuilder.Palette, [[0x10, 0x21]], false, ("PLTE", palette));
        byte[] expected = Decode(file).Pixels;
        int at = file.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(chunk));
        file[at + 4 + BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at - 4))] ^= 0x55;

        Assert.Equal(expected, Decode(file).Pixels);
        Assert.Equal(new PlaneSize(4, 1), ImageCodec.Measure(file, ImageDecodeLimits.Default));
    }

    [Fact]
    public void Decode_PngWithPixelsThatTheirChecksumsDeny_IsRefused()
    {
        // Stored, not compressed: the stream can be read to its end, and only the sums tell that a level was changed.
        byte[] file = PngBuilder.Build(4, 4, 8, PngBuilder.Grey, [.. Enumerable.Repeat<byte[]>([1, 2, 3, 4], 4)], CompressionLevel.NoCompression);
        int at = file.AsSpan().IndexOf<byte>([1, 2, 3, 4]);
        file[at + 1] ^= 0x40;

        Assert.Throws<InvalidImageException>(() => Decode(file));
    }

    private static byte[] Jpeg(string kind) => kind switch
    {
        "photograph" => ImageCodec.Encode(SafetensorsFixture.Image("face.u8.x0.25"), ImageEncoding.Jpeg, 80),
        "large" => ImageCodec.Encode(BicubicResizer.Resize(SafetensorsFixture.Image("face.u8.x0.25"), 700, 600), ImageEncoding.Jpeg, 80),
        "noise" => ImageCodec.Encode(TestImages.Noise(65, 47), ImageEncoding.Jpeg, 90),
        "grey" => ImageCodec.Encode(GreyAtTheEnd(), ImageEncoding.Jpeg, 95),
        "progressive" => SampleFiles.ProgressiveJpeg,
        _ => SampleFiles.CmykJpeg,
    };

    // What a decoder puts where the data of a cut file end: here the picture ends in it by itself.
    private static RgbImage GreyAtTheEnd()
    {
        RgbImage image = TestImages.Noise(80, 80);
        for (int at = 48 * 80 * 3; at < image.Pixels.Length; at++)
        {
            image.Pixels[at] = 128;
        }

        return image;
    }

    private static RgbImage Decode(byte[] file) => ImageCodec.Decode(file, ImageDecodeLimits.Default);
}
