using System.CommandLine;
using Cvdvae.CommandLine;
using Cvdvae.Imaging;
using Cvdvae.Model.Decoding;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Sampling;
using Cvdvae.Trainer.Training;
using TorchSharp;

namespace Cvdvae.Trainer.Commands;

/// <summary><c>sample</c>: draws images from a prior alone.</summary>
internal static class SampleCommand
{
    public static Command Create()
    {
        var arguments = new PictureArguments();
        Option<int> count = CheckedOption.Number("--count", "number of images", 16, 1, 1_000_000);
        Option<float?> temperature = CheckedOption.OptionalNumber("--temperature", "temperature of the latents, 0 to 10; the model's own by default", 0f, 10f);
        Option<int> batch = CheckedOption.Number("--batch", "images computed at once", 8, 1, 4096);
        Option<ulong> seed = CheckedOption.Number("--seed", "seed; image N of a seed is always the same", 0UL, 0UL);
        var command = new Command("sample", "draw images from a prior, without any low-res image") { count, temperature, batch, seed };
        arguments.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            TorchRuntime.Apply(parsed.GetValue(arguments.Threads));
            ModelFolder folder = ModelFolder.Open(parsed.GetRequiredValue(arguments.Model));
            float warmth = parsed.GetValue(temperature) ?? folder.Manifest.PriorTemperature;
            PixelSampling sampling = parsed.GetValue(arguments.PixelSampling) ?? folder.Manifest.PixelSampling;
            torch.Device device = DeviceOption.Read(parsed, arguments.Device);
            using var decoder = new TopDownDecoder(folder.Prior);
            ModelFolder.Load(decoder, folder.PriorPath, "decoder.");
            decoder.to(device);

            string output = parsed.GetRequiredValue(arguments.Output);
            var sheet = PictureSheet.Square(parsed.GetValue(count), folder.Prior.Hyperparameters.ImageSize);
            IEnumerable<DecodeRow> rows = Enumerable.Range(0, parsed.GetValue(count)).Select(index => new DecodeRow(parsed.GetValue(seed), (uint)index, 1, warmth));
            int together = parsed.GetValue(batch);
            foreach (DecodeRow[] part in rows.Chunk(together))
            {
                stop.ThrowIfCancellationRequested();
                foreach ((DecodeRow row, RgbImage image) in part.Zip(PriorSamples.Of(decoder, part, sampling, folder.Manifest.OutputBias, together)))
                {
                    string path = Path.Combine(output, $"sample-{row.Sample + 1:D4}.png");
                    Pictures.Save(image, path);
                    parsed.InvocationConfiguration.Output.WriteLine(path);
                    sheet.Add(image);
                }
            }

            arguments.WriteSheet(parsed, sheet);
            return Task.FromResult(0);
        });
        return command;
    }
}
