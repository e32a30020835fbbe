using Cvdvae.Imaging;
using Cvdvae.Model.Weights;
using Cvdvae.TestUtils;
using Cvdvae.Trainer.Data;
using Xunit;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Tests.Data;

public sealed class ImageSetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_WrittenImages_AreTheSame()
    {
        RgbImage[] images = [.. Enumerable.Range(0, 5).Select(seed => TinyModels.Disc(seed))];

        int count = ImageSetWriter.Write(_folder["deep", "set.safetensors"], images, TinyModels.ImageSize, limit: 4);
        ImageSet set = ImageSet.Open(_folder["deep", "set.safetensors"]);

        Assert.Equal((4, 4, 16), (count, set.Count, set.Size));
        for (int index = 0; index < 4; index++)
        {
            Assert.Equal(images[index].Pixels, set.Image(index).Pixels);
        }
    }

    [Fact]
    public void Write_ImagesOfOtherSizes_TakesTheMiddleSquareResized()
    {
        RgbImage image = TinyModels.Disc(1, width: 40, height: 32);

        ImageSetWriter.Write(_folder["set"], [image], 16, null);

        Assert.Equal(BicubicResizer.Resize(image.Crop(4, 0, 32, 32), 16, 16).Pixels, ImageSet.Open(_folder["set"]).Image(0).Pixels);
    }

    [Fact]
    public void Levels_SomeImages_AreTheirPlanes()
    {
        ImageSet set = TinyModels.Discs(_folder["set"], 4);
        using Tensor levels = set.Levels([2, 0]);

        Assert.Equal([2, 3, 16, 16], levels.shape);
        Assert.Equal(set.Image(2).ToPlanar(), levels[0].to(ScalarType.Float32).contiguous().data<float>().ToArray());
        Assert.Equal(set.Image(0).ToPlanar(), levels[1].to(ScalarType.Float32).contiguous().data<float>().ToArray());
    }

    [Fact]
    public void Downscaled_EachImage_IsDegradedAsForSuperResolution()
    {
        ImageSet set = TinyModels.Discs(_folder["set"], 3);
        ImageSet low = set.Downscaled(4);

        Assert.Equal((3, 4), (low.Count, low.Size));
        Assert.Equal(BicubicResizer.Resize(set.Image(2), 4, 4).Pixels, low.Image(2).Pixels);
    }

    [Fact]
    public void Write_Images_CountsTheirLevels()
    {
        var statistics = new PixelStatistics();
        ImageSetWriter.Write(_folder["set"], [TinyModels.Disc(1), TinyModels.Disc(2)], 16, null, statistics);
        double[] levels = [.. TinyModels.Disc(1).Pixels.Concat(TinyModels.Disc(2).Pixels).Select(level => (double)level)];
        double mean = levels.Average();

        Assert.Equal(-mean, statistics.Shift, 1e-9);
        Assert.Equal(1 / Math.Sqrt(levels.Average(level => (level - mean) * (level - mean))), statistics.Scale, 1e-9);
    }

    [Fact]
    public void Write_FailsHalfWay_LeavesNothing()
    {
        static IEnumerable<RgbImage> Failing()
        {
            yield return TinyModels.Disc(1);
            throw new InvalidImageException("no more");
        }

        Assert.Throws<InvalidImageException>(() => ImageSetWriter.Write(_folder["set"], Failing(), 16, null));

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder[""]));
    }

    [Fact]
    public void Downscaled_TooManyToKeep_AreMadeWhenAskedFor()
    {
        // 16 x 16 x 3 bytes each: more of them than are made ahead, in a file with a hole instead of pixels.
        const int count = 90_000;
        ImageSetWriter.Write(_folder["few"], [TinyModels.Disc(1)], 16, null);
        byte[] few = File.ReadAllBytes(_folder["few"]);
        string header = System.Text.Encoding.ASCII.GetString(few, 8, 248).Replace("[1,16", $"[{count},16", StringComparison.Ordinal)
            .Replace("[0,768]", $"[0,{768L * count}]", StringComparison.Ordinal).TrimEnd().PadRight(248);
        using (FileStream file = File.Create(_folder["many"]))
        {
            file.Write([.. few[..8], .. System.Text.Encoding.ASCII.GetBytes(header)]);
            file.Position += 768L * (count - 1);
            file.Write(few.AsSpan(256));
        }

        ImageSet low = ImageSet.Open(_folder["many"]).Downscaled(16);
        using Tensor levels = low.Levels([0, count - 1]);

        Assert.Equal((count, 16), (low.Count, low.Size));
        Assert.Equal(TinyModels.Disc(1).Pixels, low.Image(count - 1).Pixels);
        Assert.Equal(0, levels[0].to(ScalarType.Float32).sum().item<float>());
        Assert.True(levels[1].to(ScalarType.Float32).sum().item<float>() > 0);
    }

    [Fact]
    public void Write_NoImage_Throws() =>
        Assert.Throws<InvalidImageException>(() => ImageSetWriter.Write(_folder["set"], [], 16, null));

    [Theory]
    [InlineData(new long[] { 2, 16, 16 })]
    [InlineData(new long[] { 2, 16, 8, 3 })]
    [InlineData(new long[] { 2, 3, 16, 16 })]
    [InlineData(new long[] { 0, 16, 16, 3 })]
    public void Open_OtherShape_ThrowsWithWhatIsExpected(long[] shape)
    {
        using Tensor images = zeros(shape, ScalarType.Byte);
        SafetensorsWriter.Write(_folder["set"], TorchTensors.AsSource([new("images", images)]));

        var error = Assert.Throws<InvalidWeightsException>(() => ImageSet.Open(_folder["set"]));

        Assert.Contains("(count, size, size, 3)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OtherTypeOrName_Throws()
    {
        using Tensor images = zeros([2, 16, 16, 3]);
        SafetensorsWriter.Write(_folder["floats"], TorchTensors.AsSource([new("images", images)]));
        SafetensorsWriter.Write(_folder["names"], TorchTensors.AsSource([new("pictures", images)]));

        Assert.Throws<InvalidWeightsException>(() => ImageSet.Open(_folder["floats"]));
        Assert.Throws<InvalidWeightsException>(() => ImageSet.Open(_folder["names"]));
    }
}
