using Xunit;

namespace Cvdvae.Imaging.Tests;

public sealed class HostileImageTests
{
    [Fact]
    public void Decode_Empty_IsRefused() => AssertRefused([], "empty");

    [Theory]
    [InlineData("RIFF....WAVE and then some more")]
    [InlineData("\u0001")]
    public void Decode_OtherFormat_IsRefused(string text) => AssertRefused(System.Text.Encoding.UTF8.GetBytes(text), "unknown format");

    [Theory]
    [InlineData("GIF89a and then some more bytes", "a GIF file")]
    [InlineData("BM and then some more bytes", "a BMP file")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG file")]
    [InlineData("II*\0and then some more", "a TIFF file")]
    [InlineData("MM\0*and then some more", "a TIFF file")]
    [InlineData("\0\0\0\u001cftypavif\0\0\0\0mif1miaf", "an AVIF file")]
    [InlineData("\0\0\0\u001cftypheic\0\0\0\0mif1heic", "a HEIC file")]
    [InlineData("\0\0\0\u001cftypisom\0\0\0\0mp42", "a video file")]
    [InlineData("\0\0\0\u000cJXL and then", "a JPEG XL file")]
    [InlineData("%PDF-1.7", "a PDF file")]
    public void Decode_KnownFormatThatIsNotRead_IsRefusedByName(string text, string name)
    {
        byte[] file = System.Text.Encoding.UTF8.GetBytes(text);
        AssertRefused(file, $"The image is {name}, which is not read; a PNG, JPEG or WebP file is accepted.");
        for (int length = 1; length < file.Length; length++)
        {
            AssertRefused(file[..length], "a PNG, JPEG or WebP file is accepted");
        }
    }

    [Fact]
    public void Decode_GarbageAfterASignature_IsRefused()
    {
        byte[][] signatures =
        [
            [0x89, .. "PNG\r\n\u001a\n"u8], [0xFF, 0xD8, 0xFF],
            [.. "RIFF"u8, 0xFF, 0, 0, 0, .. "WEBP"u8], [.. "RIFF"u8, 32, 0, 0, 0, .. "WEBPVP8 "u8],
        ];
        for (int seed = 0; seed < 200; seed++)
        {
            byte[] garbage = new byte[seed * 3];
            new Random(seed).NextBytes(garbage);
            AssertRefused([.. signatures[seed % signatures.Length], .. garbage], "");
        }
    }

    [Theory]
    [InlineData(ImageEncoding.Png)]
    [InlineData(ImageEncoding.Jpeg)]
    [InlineData(ImageEncoding.Webp)]
    public void Decode_TruncatedAnywhere_IsRefusedWherePixelsAreMissing(ImageEncoding encoding)
    {
        byte[] noise = ImageCodec.Encode(TestImages.Noise(33, 20), encoding, 90);
        byte[] flat = ImageCodec.Encode(TestImages.Solid(64, 64, 10, 200, 30), encoding, 90);

        AssertCutsAreRefused(noise);
        AssertCutsAreRefused(flat);
    }

    [Fact]
    public void Decode_TruncatedProgressiveOrCmykJpeg_IsRefused()
    {
        foreach (byte[] file in new[] { SampleFiles.ProgressiveJpeg, SampleFiles.CmykJpeg })
        {
            AssertCutsAreRefused(file);
        }
    }

    [Fact]
    public void Decode_TruncatedInterlacedPng_IsRefused()
    {
        byte[] file = PngBuilder.Interlaced(TestImages.Noise(16, 16));
        AssertCutsAreRefused(file);
    }

    // The container is whole here; the pixels inside it are not.
    [Fact]
    public void Decode_PngWithTooFewRows_IsRefused() =>
        AssertRefused(PngBuilder.Build(4, 4, 8, PngBuilder.Grey, [[1, 2, 3, 4], [5, 6, 7, 8]]), "truncated");

    [Fact]
    public void Decode_FlippedBytes_NeverFailsInAnotherWay()
    {
        byte[][] files =
        [
            .. Enum.GetValues<ImageEncoding>().Select(encoding => ImageCodec.Encode(TestImages.Noise(17, 9), encoding, 90)),
            SampleFiles.AnimatedWebp, SampleFiles.CmykJpeg, SampleFiles.ProgressiveJpeg,
        ];
        var limits = new ImageDecodeLimits { MaxPixels = 1 << 16 };
        var random = new Random(11);
        for (int i = 0; i < 3000; i++)
        {
            byte[] file = [.. files[i % files.Length]];
            for (int flips = 0; flips <= i % 4; flips++)
            {
                file[random.Next(file.Length)] = (byte)random.Next(256);
            }

            Exception? thrown = Record.Exception(() => ImageCodec.Decode(file, limits));
            Assert.True(thrown is null or InvalidImageException, $"{thrown}");
        }
    }

    [Fact]
    public void Decode_HugeHeader_IsRefusedBeforePixelsAreAllocated()
    {
        byte[] bomb = PngBuilder.HeaderOf(30_000, 30_000);
        AssertRefused(bomb, "30000x30000");

        using var process = System.Diagnostics.Process.GetCurrentProcess();
        long peakBefore = process.PeakWorkingSet64;
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidImageException>(() => ImageCodec.Decode(bomb, ImageDecodeLimits.Default));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
        process.Refresh();

        // The system's count of pages is rough: the peak may even seem to fall.
        Assert.True(process.PeakWorkingSet64 - peakBefore < 512L << 20);
    }

    [Fact]
    public void Decode_OverALimit_NamesTheValueAndTheLimit()
    {
        byte[] file = ImageCodec.Encode(TestImages.Noise(20, 10), ImageEncoding.Png, 90);

        AssertRefused(file, "20x10 pixels; at most 19x8192", new ImageDecodeLimits { MaxWidth = 19 });
        AssertRefused(file, "20x10 pixels; at most 8192x9", new ImageDecodeLimits { MaxHeight = 9 });
        AssertRefused(file, "200 pixels (20x10); at most 199", new ImageDecodeLimits { MaxPixels = 199 });
        AssertRefused(file, $"{file.Length} bytes long; at most {file.Length - 1}", new ImageDecodeLimits { MaxBytes = file.Length - 1 });

        var exact = new ImageDecodeLimits { MaxWidth = 20, MaxHeight = 10, MaxPixels = 200, MaxBytes = file.Length };
        Assert.Equal(20, ImageCodec.Decode(file, exact).Width);
    }

    [Fact]
    public void Decode_AnimatedWebp_IsRefused() => AssertRefused(SampleFiles.AnimatedWebp, "animation of 2 frames");

    // The decoder's own count takes the square of the frames in time: 60,000 of them took 10 s.
    [Fact(Timeout = 60_000)]
    public async Task Decode_WebpOfVeryManyFrames_IsRefusedByItsChunks()
    {
        const int Frames = 400_000;
        byte[] frame = SampleFiles.AnimatedWebp.AsSpan(SampleFiles.AnimatedWebp.AsSpan().IndexOf("ANMF"u8)).ToArray();
        frame = frame[..(8 + BitConverter.ToInt32(frame, 4))];
        byte[] head = SampleFiles.AnimatedWebp[..SampleFiles.AnimatedWebp.AsSpan().IndexOf("ANMF"u8)];
        byte[] file = [.. head, .. Enumerable.Repeat(frame, Frames).SelectMany(bytes => bytes)];
        BitConverter.TryWriteBytes(file.AsSpan(4), file.Length - 8);
        var limits = new ImageDecodeLimits { MaxBytes = int.MaxValue };

        await Task.Run(() => AssertRefused(file, $"animation of {Frames} frames", limits), TestContext.Current.CancellationToken);
        await Task.Run(
            () => Assert.Throws<InvalidImageException>(() => ImageCodec.Measure(file, limits)), TestContext.Current.CancellationToken);
    }

    // All that may be missing without loss of pixels are an end mark, a PNG's last chunk, the sums before it, and padding.
    private static void AssertCutsAreRefused(byte[] file)
    {
        byte[] whole = ImageCodec.Decode(file, ImageDecodeLimits.Default).Pixels;
        for (int length = 1; length < file.Length; length++)
        {
            byte[] cut = file[..length];
            if (length < file.Length - 24)
            {
                AssertRefused(cut, "");
            }
            else if (Record.Exception(() => Assert.Equal(whole, ImageCodec.Decode(cut, ImageDecodeLimits.Default).Pixels)) is { } thrown)
            {
                Assert.IsType<InvalidImageException>(thrown);
            }
        }
    }

    private static void AssertRefused(byte[] file, string message, ImageDecodeLimits? limits = null)
    {
        var thrown = Assert.Throws<InvalidImageException>(() => ImageCodec.Decode(file, limits ?? ImageDecodeLimits.Default));
        Assert.Contains(message, thrown.Message, StringComparison.Ordinal);
    }
}
