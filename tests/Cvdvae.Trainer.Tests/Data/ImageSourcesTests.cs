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

        RgbImage[] images = [.. ImageSources.Folder(_folder[""], new SkippedImages())];

        Assert.Equal([(16, 16), (10, 10)], images.Select(image => (image.Width, image.Height)));
        Assert.Equal(TinyModels.Disc(2).Pixels, images[0].Pixels);
    }

    [Fact]
    public async Task Folder_WithAllThatLiesAround_TakesTheImagesAndTellsTheRest()
    {
        Save(_folder["a.png"], TinyModels.Disc(1));
        Save(_folder["z \n'odd\u00e9.png"], TinyModels.Disc(2));
        Directory.CreateDirectory(_folder["folder.png"]);
        Save(_folder["folder.png", "deep.jpeg"], TinyModels.Disc(3));
        File.WriteAllText(_folder["broken.png"], "no image");
        File.WriteAllBytes(_folder["empty.webp"], []);
        File.WriteAllBytes(_folder["cut.png"], File.ReadAllBytes(_folder["a.png"])[..60]);
        File.CreateSymbolicLink(_folder["dangling.jpg"], _folder["nowhere.jpg"]);
        Directory.CreateSymbolicLink(_folder["loop"], _folder[""]);
        File.WriteAllText(_folder["._a.png"], "AppleDouble");
        Directory.CreateDirectory(_folder["__MACOSX"]);
        File.WriteAllText(_folder["__MACOSX", "b.png"], "AppleDouble");
        foreach (string name in (string[])["1.gif", "2.GIF", "3.heic", "4.avif", "5.jfif", "readme"])
        {
            File.WriteAllText(_folder[name], "");
        }

        await using ChildProcess pipe = ChildProcess.Start("mkfifo", [_folder["pipe.png"]]);
        Assert.Equal(0, await pipe.ExitAsync(TimeSpan.FromSeconds(30)));
        using var output = new StringWriter();
        var skipped = new SkippedImages(output);

        RgbImage[] images = await Task.Run(() => ImageSources.Folder(_folder[""], skipped).ToArray(), TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        skipped.Summarize();

        Assert.Equal(3, images.Length);
        string[] lines = output.ToString().TrimEnd().Split('\n');
        foreach (string file in (string[])["broken.png", "empty.webp", "cut.png", "dangling.jpg", "pipe.png", "5.jfif"])
        {
            Assert.Contains(lines, line => line.StartsWith($"skipped: {_folder[file]}: ", StringComparison.Ordinal));
        }

        Assert.Contains(lines, line => line.Contains("2 .gif", StringComparison.Ordinal) && line.Contains("1 .heic", StringComparison.Ordinal) && line.Contains("1 .avif", StringComparison.Ordinal));
        Assert.Equal($"skipped in all: {skipped.Count}", lines[^1]);
        Assert.Equal(6, skipped.Count);
    }

    [Fact]
    public void Named_FileFolderAndSet_GiveTheImagesWithNames()
    {
        Save(_folder["face.png"], TinyModels.Disc(1));
        TinyModels.Discs(_folder["set.safetensors"], 2);
        var skipped = new SkippedImages();

        Assert.Equal(["face"], ImageSources.Named(_folder["face.png"], skipped).Select(image => image.Name));
        Assert.Equal(["face"], ImageSources.Named(_folder[""], skipped).Select(image => image.Name));
        Assert.Equal(["000000", "000001"], ImageSources.Named(_folder["set.safetensors"], skipped).Select(image => image.Name));
        Assert.Throws<FileNotFoundException>(() => ImageSources.Named(_folder["missing.png"], skipped).Count());
    }

    private static void Save(string path, RgbImage image) => File.WriteAllBytes(path, ImageCodec.Encode(image, ImageEncoding.Png, 100));
}
