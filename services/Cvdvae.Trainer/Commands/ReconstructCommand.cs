using System.CommandLine;
using System.Globalization;
using Cvdvae.CommandLine;
using Cvdvae.Imaging;
using Cvdvae.Model;
using Cvdvae.Model.Decoding;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Sampling;
using Cvdvae.Trainer.Data;
using Cvdvae.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Commands;

/// <summary><c>reconstruct</c>: takes images through the posterior and back, which shows what a prior can represent.</summary>
internal static class ReconstructCommand
{
    public static Command Create()
    {
        var arguments = new PictureArguments();
        var images = new ImageArguments(required: true);
        Option<int> draws = CheckedOption.Number("--draws", "reconstructions from drawn latents, besides the one from the posterior's means", 0, 0, 100);
        Option<ulong> seed = CheckedOption.Number("--seed", "seed of what is drawn", 0UL, 0UL);
        var command = new Command("reconstruct", "take images through a prior's posterior and back") { draws, seed };
        images.AddTo(command);
        arguments.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            TorchRuntime.Apply(parsed.GetValue(arguments.Threads));
            ModelFolder folder = ModelFolder.Open(parsed.GetRequiredValue(arguments.Model));
            Device device = DeviceOption.Read(parsed, arguments.Device);
            PixelSampling sampling = parsed.GetValue(arguments.PixelSampling) ?? folder.Manifest.PixelSampling;
            using var model = new VdVae(folder.Prior);
            ModelFolder.Load(model, folder.PriorPath);
            model.to(device);

            int size = folder.Prior.Hyperparameters.ImageSize;
            DecodeRow[] rows = [Reconstruction.Mean, .. Enumerable.Range(0, parsed.GetValue(draws)).Select(draw => new DecodeRow(parsed.GetValue(seed), (uint)draw, 1, 1))];
            var sheet = new ReconstructionSheet(rows.Length, size);
            foreach (NamedImage source in images.Sources(parsed, size))
            {
                var results = new List<RgbImage>();
                foreach (DecodeRow row in rows)
                {
                    stop.ThrowIfCancellationRequested();
                    using Tensor levels = Pictures.ToLevels(source.Image, device);
                    results.AddRange(Reconstruction.Of(model, levels, [row], sampling, folder.Manifest.OutputBias));
                }

                IReadOnlyList<double> ratios = sheet.Add(source.Image, results);
                Write(parsed, Path.Combine(parsed.GetRequiredValue(arguments.Output), $"{sheet.Count:D4}-{source.Name}"), results, ratios);
            }

            Summarize(parsed, sheet);
            arguments.WriteSheet(parsed, sheet.Sheet);
            return Task.FromResult(0);
        });
        return command;
    }

    private static void Write(ParseResult parsed, string path, List<RgbImage> images, IReadOnlyList<double> ratios)
    {
        for (int index = 0; index < images.Count; index++)
        {
            string file = index == 0 ? $"{path}.png" : $"{path}-draw-{index}.png";
            Pictures.Save(images[index], file);
            parsed.InvocationConfiguration.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file}  {ratios[index]:F2} dB"));
        }
    }

    private static void Summarize(ParseResult parsed, ReconstructionSheet sheet) =>
        parsed.InvocationConfiguration.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{sheet.Count} images, mean PSNR of the reconstructions from the posterior's means {sheet.MeanPsnr:F2} dB"));
}
