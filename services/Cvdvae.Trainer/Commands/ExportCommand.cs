using System.CommandLine;
using Cvdvae.CommandLine;
using Cvdvae.Imaging;
using Cvdvae.Trainer.Data;
using Cvdvae.Trainer.Training;

namespace Cvdvae.Trainer.Commands;

/// <summary><c>export</c>: writes images of a data set to files, also as the low-res inputs that they give.</summary>
internal static class ExportCommand
{
    private const int LargestScale = 1024;

    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "file made by 'dataset'", Required = true };
        var output = new Option<string>("--output") { Description = "folder to write the PNG files to", Required = true };
        Option<int> scale = CheckedOption.Number("--scale", "factor by which the images are downscaled, as the low-res encoders learn it", 1, 1, LargestScale);
        var prefix = new Option<string>("--prefix") { Description = "beginning of the files' names, PREFIX-NN-xSCALE.png", DefaultValueFactory = _ => "image" };
        var indices = new Option<int[]>("--indices") { Description = "indices of the images, in the order of the files' numbers; all by default", AllowMultipleArgumentsPerToken = true };
        var command = new Command("export", "write images of a data set as PNG files, downscaled where asked for") { data, output, scale, prefix, indices };
        command.SetAction((parsed, stop) =>
        {
            ImageSet images = ImageSet.Open(parsed.GetRequiredValue(data));
            int factor = parsed.GetValue(scale);
            if (images.Size % factor != 0)
            {
                throw new ArgumentException($"--scale: {factor} does not divide the side of the images, {images.Size}");
            }

            int[] chosen = parsed.GetValue(indices) is { Length: > 0 } given ? given : [.. Enumerable.Range(0, images.Count)];
            foreach ((int number, int index) in chosen.Index())
            {
                stop.ThrowIfCancellationRequested();
                if (index < 0 || index >= images.Count)
                {
                    throw new ArgumentException($"--indices: {index} is not from 0 to {images.Count - 1}");
                }

                string path = Path.Combine(parsed.GetRequiredValue(output), $"{parsed.GetValue(prefix)}-{number + 1:D2}-x{factor}.png");
                Pictures.Save(BicubicResizer.Resize(images.Image(index), images.Size / factor, images.Size / factor), path);
                parsed.InvocationConfiguration.Output.WriteLine(path);
            }

            return Task.FromResult(0);
        });
        return command;
    }
}
