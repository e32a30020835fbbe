using System.CommandLine;
using System.Globalization;
using Cvdvae.Imaging.Quality;
using Cvdvae.Model;
using Cvdvae.Model.Decoding;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Sampling;
using Cvdvae.Trainer.Data;
using Cvdvae.Trainer.Evaluation;
using Cvdvae.Trainer.Evaluation.Perceptual;
using Cvdvae.Trainer.Plots;
using Cvdvae.Trainer.Previews;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Commands;

/// <summary><c>evaluate</c>: the tables of the paper for a folder of high-res images, or the consistency curve of a prior.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var arguments = new EvaluationArguments();
        var command = new Command("evaluate", "measure super-resolution of high-res test images: fidelity, perceptual quality, consistency, diversity");
        arguments.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            TorchRuntime.Apply(parsed.GetValue(arguments.Threads));
            ModelFolder folder = ModelFolder.Open(parsed.GetRequiredValue(arguments.Model));
            Device device = DeviceOption.Read(parsed, arguments.Device);
            PixelSampling sampling = parsed.GetValue(arguments.PixelSampling) ?? folder.Manifest.PixelSampling;
            Directory.CreateDirectory(parsed.GetRequiredValue(arguments.Output));
            if (parsed.GetValue(arguments.ConsistencyCurve))
            {
                MeasureConsistency(parsed, arguments, folder, sampling, device, stop);
            }
            else
            {
                MeasureImages(parsed, arguments, folder, sampling, device, stop);
            }

            return Task.FromResult(0);
        });
        return command;
    }

    private static void MeasureImages(ParseResult parsed, EvaluationArguments arguments, ModelFolder folder, PixelSampling sampling, Device device, CancellationToken stop)
    {
        EvaluationOptions options = arguments.Options(parsed, folder.Manifest);
        int scale = arguments.ScaleOf(parsed, folder);
        using PerceptualDistance? perceptual = arguments.LoadPerceptual(parsed);
        BrisqueModel? brisque = parsed.GetValue(arguments.Brisque) is string brisqueFolder ? BrisqueModel.Load(brisqueFolder) : null;
        using LowResEncoder encoder = folder.LoadEncoder(scale, device);
        using TopDownDecoder decoder = folder.LoadDecoder(new InferenceOptions(device, ScalarType.Float32));
        (int High, int Low) sizes = (folder.Prior.Hyperparameters.ImageSize, encoder.Architecture.Hyperparameters.ImageSizeY);
        NamedImage[] images = [.. arguments.Sources(parsed, sizes.High)];
        var sheet = new EvaluationSheet(options.Samples, sizes.High);
        var evaluator = new Evaluator(new SuperResolver(encoder, decoder, sampling, folder.Manifest.OutputBias), new ImageScorer(brisque, perceptual), sizes.Low, options, device);
        var progress = new SampleProgress(images.Length, TimeProvider.System, "image");
        foreach (NamedImage[] part in images.Chunk(Math.Max(1, options.Batch / options.Samples)))
        {
            evaluator.Add(part, sheet, stop);
            progress.Report(evaluator.Images.Count);
        }

        var table = new EvaluationTable(evaluator.Images, evaluator.Methods);
        string head = string.Create(
            CultureInfo.InvariantCulture,
            $"{folder.Manifest.Name}@{folder.Manifest.Version}, x{scale} ({sizes.Low} to {sizes.High} pixels), {evaluator.Images.Count} images, {options.Samples} samples each, pixels: {sampling.ToString().ToLowerInvariant()}; mean ± standard error over the images");
        Write(parsed, arguments, "table.md", $"{head}\n\n{table.Markdown()}", shown: true);
        Write(parsed, arguments, "table.csv", table.Csv());
        Write(parsed, arguments, "images.csv", table.ImagesCsv());
        MetricPanels.Draw(evaluator.Methods, arguments.PathOf(parsed, "metrics.png"));
        sheet.Save(arguments.PathOf(parsed, "sheet.png"));
    }

    private static void MeasureConsistency(ParseResult parsed, EvaluationArguments arguments, ModelFolder folder, PixelSampling sampling, Device device, CancellationToken stop)
    {
        using TopDownDecoder decoder = folder.LoadDecoder(new InferenceOptions(device, ScalarType.Float32));
        ConsistencyOptions options = arguments.Consistency(parsed, folder.Manifest);
        int size = folder.Prior.Hyperparameters.ImageSize;
        int[] factors = [1, .. Enumerable.Range(2, 30).Select(power => 1 << power).TakeWhile(factor => size % factor == 0 && size / factor >= 2)];
        var curve = new ConsistencyCurve(decoder, sampling, options);
        IReadOnlyList<ConsistencyPoint> points = curve.Measure(factors, new SampleProgress(curve.ImagesInAll, TimeProvider.System).Report, stop);
        var encoders = folder.Manifest.Encoders.Keys.ToDictionary(scale => scale, scale => folder.LowRes(scale).ConditionedGroupCount);
        var table = new ConsistencyTable(points, encoders);
        string head = string.Create(
            CultureInfo.InvariantCulture,
            $"{folder.Manifest.Name}@{folder.Manifest.Version}: deviation of images downscaled by s that share their first k latent groups, levels of 255; temperature {options.Temperature}, {options.Prefixes} draws of {options.Completions} images");
        Write(parsed, arguments, "consistency.md", $"{head}\n\n{table.Markdown()}", shown: true);
        Write(parsed, arguments, "consistency.csv", table.Csv());
        ConsistencyPlot.Draw(points, encoders, arguments.PathOf(parsed, "consistency.png"));
    }

    private static void Write(ParseResult parsed, EvaluationArguments arguments, string name, string text, bool shown = false)
    {
        File.WriteAllText(arguments.PathOf(parsed, name), text);
        if (shown)
        {
            parsed.InvocationConfiguration.Output.WriteLine(text);
            parsed.InvocationConfiguration.Output.WriteLine(parsed.GetRequiredValue(arguments.Output));
        }
    }
}
