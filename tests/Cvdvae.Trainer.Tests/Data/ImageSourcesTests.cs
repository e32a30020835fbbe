using Cvdvae.Imaging;
using Cvdvae.TestUtils;
using Cvdvae.Trainer.Data;
using Xunit;

namespace Cvdvae.Trainer.Tests.Data;

public sealed class ImageSourcesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Raw_WholeFrames_AreTheImages()
    {
        File.WriteAllBytes(_folder["frames"], [.. TinyModels.Disc(1).Pixels, .. TinyModels.Disc(2).Pixels]);

        RgbImage[] frames = [.. ImageSources.Raw(_folder["frames"], 16)];

        Assert.Equal(2, frames.Length);
        Assert.Equal(TinyModels.Disc(2).Pixels, frames[1].Pixels);
    }

    [Fact]
    public void Raw_TruncatedFrame_ThrowsWithTheFile()
    {
        File.WriteAllBytes(_folder["frames"], [.. TinyModels.Disc(1).Pixels, .. TinyModels.Disc(2).Pixels[..100]]);

        var error = Assert.Throws<InvalidImageException>(() => ImageSources.Raw(_folder["frames"], 16).Count());

        Assert.Contains(_folder["frames"], error.Message, StringComparison.Ordinal);
        Assert.Contains("100 of 768 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folder_ImagesInDepth_ComeSquareInTheOrderOfTheirPaths()
    {
        Directory.CreateDirectory(_folder["b"]);
        Save(_folder["b", "1.png"], TinyModels.Disc(1, 20, 10));
        Save(_folder["a.PNG"], TinyModels.Disc(2));
        File.WriteAllText(_folder["notes.txt"], "no image");

        RgbImage[] images = [.. ImageSources.Folder(_folder[""])];

        Assert.Equal([(16, 16), (10, 10)], images.Select(image => (image.Width, image.Height)));
        Assert.Equal(TinyModels.Disc(2).Pixels, images[0].Pixels);
    }

    [Fact]
    public void Folder_DamagedImage_ThrowsWithItsName()
    {
        File.WriteAllText(_folder["broken.png"], "no image");

        var error = Assert.Throws<InvalidImageException>(() => ImageSources.Folder(_folder[""]).Count());

        Assert.Contains("broken.png", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Named_FileFolderAndSet_GiveTheImagesWithNames()
    {
        Save(_folder["face.png"], TinyModels.Disc(1));
        TinyModels.Discs(_folder["set.safetensors"], 2);

        Assert.Equal(["face"], ImageSources.Named(_folder["face.png"]).Select(image => image.Name));
        Assert.Equal(["face"], ImageSources.Named(_folder[""]).Select(image => image.Name));
        Assert.Equal(["000000", "000001"], ImageSources.Named(_folder["set.safetensors"]).Select(image => image.Name));
        Assert.Throws<FileNotFoundException>(() => ImageSources.Named(_folder["missing.png"]).Count());
    }

    private static void Save(string path, RgbImage image) => File.WriteAllBytes(path, ImageCodec.Encode(image, ImageEncoding.Png, 100));
}
