using System.CommandLine;
using System.Globalization;
using Cvdvae.CommandLine;
using Cvdvae.Imaging;
using Cvdvae.Trainer.Data;

namespace Cvdvae.Trainer.Commands;

/// <summary><c>dataset</c>: packs images into one file.</summary>
internal static class DatasetCommand
{
    private const int LargestSide = 4096;

    public static Command Create()
    {
        var images = new Option<string?>("--images") { Description = "folder of PNG, JPEG or WebP images, searched in depth; each is cut to its middle square and resized" };
        var raw = new Option<string?>("--raw") { Description = "file of raw RGB frames of --raw-size pixels, or '-' for standard input" };
        var portraits = new Option<string?>("--portraits") { Description = "draw the portraits PREFIX-N instead, with Node.js; --count of them" };
        Option<int?> count = CheckedOption.OptionalNumber("--count", "number of portraits", 1, 10_000_000);
        Option<int> first = CheckedOption.Number("--first", "index of the first portrait", 0, 0);
        var tool = new Option<string>("--portraits-tool")
        {
            Description = "the program that draws the portraits",
            DefaultValueFactory = _ => Path.Combine("tools", "portraits", "generate.mjs"),
        };
        Option<int> rawSize = CheckedOption.Number("--raw-size", "side of the raw frames, or of the portraits as drawn, in pixels", 128, 1, LargestSide);
        Option<int> size = CheckedOption.Number("--size", "side of the packed images in pixels", 64, 1, LargestSide);
        Option<bool> strict = StrictOption.Create();
        var statisticsFile = new Option<string?>("--write-statistics") { Description = "JSON file of hyper-parameters to put shift and scale of these images into; what else it holds stays" };
        Option<int?> limit = CheckedOption.OptionalNumber("--limit", "most images to take", 1);
        var output = new Option<string>("--output") { Description = "file to write (.safetensors)", Required = true };
        var command = new Command("dataset", "pack a folder of images, raw frames or drawn portraits into one file for training and evaluation")
        {
            images, raw, portraits, count, first, tool, rawSize, size, limit, strict, statisticsFile, output,
        };
        command.Validators.Add(result =>
        {
            int sources = new[] { result.GetValue(images), result.GetValue(raw), result.GetValue(portraits) }.Count(source => source is not null);
            if (sources != 1)
            {
                result.AddError("give one of --images, --raw and --portraits");
            }
            else if (result.GetValue(portraits) is not null != result.GetResult(count) is { Implicit: false })
            {
                result.AddError("--portraits and --count belong together");
            }
        });
        command.SetAction((parsed, stop) =>
        {
            if (parsed.GetValue(statisticsFile) is string early)
            {
                StatisticsFile.Check(early);
            }

            TextWriter report = parsed.InvocationConfiguration.Output;
            var skipped = new SkippedImages(parsed.InvocationConfiguration.Error);
            IEnumerable<RgbImage> source =
                parsed.GetValue(images) is string folder ? ImageSources.Folder(folder, skipped)
                : parsed.GetValue(raw) is string file ? ImageSources.Raw(file, parsed.GetValue(rawSize))
                : new PortraitGenerator(parsed.GetRequiredValue(tool)).Draw(
                    parsed.GetRequiredValue(portraits)!, parsed.GetValue(first), parsed.GetValue(count)!.Value, parsed.GetValue(rawSize));
            int side = parsed.GetValue(size);
            var statistics = new PixelStatistics();
            IEnumerable<RgbImage> taken = Ended(Until(source, stop).Take(parsed.GetValue(limit) ?? int.MaxValue), () =>
            {
                skipped.Summarize();
                StrictOption.Check(parsed.GetValue(strict), skipped);
            });
            int packed = ImageSetWriter.Write(parsed.GetRequiredValue(output), taken, side, null, statistics);
            report.WriteLine($"{parsed.GetRequiredValue(output)}: {packed} {(packed == 1 ? "image" : "images")} of {side}x{side}");
            if (statistics.Enlarged > 0)
            {
                report.WriteLine($"enlarged to {side}x{side}: {statistics.Enlarged} of them, which were smaller; what is trained on these learns their blur (a smaller --size enlarges fewer)");
            }

            report.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"levels: mean {statistics.Mean:F4}, deviation {statistics.Deviation:F4}; as hyper-parameters: shift {statistics.Shift:G10}, scale {statistics.Scale:G10}"));
            if (parsed.GetValue(statisticsFile) is string hyperparameters)
            {
                StatisticsFile.Write(hyperparameters, statistics);
                report.WriteLine($"{hyperparameters}: shift and scale are those of these images");
            }

            return Task.FromResult(0);
        });
        return command;
    }

    private static IEnumerable<RgbImage> Until(IEnumerable<RgbImage> images, CancellationToken stop)
    {
        foreach (RgbImage image in images)
        {
            stop.ThrowIfCancellationRequested();
            yield return image;
        }
    }

    /// <summary>The images, and something to do after the last.</summary>
    private static IEnumerable<RgbImage> Ended(IEnumerable<RgbImage> images, Action atEnd)
    {
        foreach (RgbImage image in images)
        {
            yield return image;
        }

        atEnd();
    }
}
