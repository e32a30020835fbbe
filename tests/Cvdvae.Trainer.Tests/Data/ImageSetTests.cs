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
