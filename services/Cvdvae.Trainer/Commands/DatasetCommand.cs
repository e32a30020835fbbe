using System.CommandLine;
using Cvdvae.Trainer.Data;

namespace Cvdvae.Trainer.Commands;

/// <summary><c>dataset</c>: packs images into one file.</summary>
internal static class DatasetCommand
{
    public static Command Create()
    {
        var images = new Option<string?>("--images") { Description = "folder of PNG, JPEG or WebP images, searched in depth; each is cut to its middle square and resized" };
        var raw = new Option<string?>("--raw") { Description = "file of raw RGB frames of --raw-size pixels, or '-' for standard input" };
        var rawSize = new Option<int>("--raw-size") { Description = "side of the raw frames in pixels", DefaultValueFactory = _ => 128 };
        var size = new Option<int>("--size") { Description = "side of the packed images in pixels", DefaultValueFactory = _ => 64 };
        var limit = new Option<int?>("--limit") { Description = "most images to take" };
        var output = new Option<string>("--output") { Description = "file to write (.safetensors)", Required = true };
        var command = new Command("dataset", "pack a folder of images, or raw frames, into one file for training and evaluation")
        {
            images, raw, rawSize, size, limit, output,
        };
        command.SetAction(parsed =>
        {
            int side = parsed.GetValue(size);
            IEnumerable<Imaging.RgbImage> source = (parsed.GetValue(images), parsed.GetValue(raw)) switch
            {
                (string folder, null) => ImageSources.Folder(folder),
                (null, string file) => ImageSources.Raw(file, parsed.GetValue(rawSize)),
                _ => throw new ArgumentException("give either --images or --raw"),
            };
            int count = ImageSetWriter.Write(parsed.GetRequiredValue(output), source, side, parsed.GetValue(limit));
            Console.WriteLine($"{parsed.GetRequiredValue(output)}: {count} images of {side}x{side}");
            return 0;
        });
        return command;
    }
}
