using System.CommandLine;
using System.Globalization;
using Cvdvae.CommandLine;
using Cvdvae.Model.Decoding;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Previews;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Sampling;
using Cvdvae.Trainer.Previews;
using Cvdvae.Trainer.Training;
using Spectre.Console;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Commands;

/// <summary><c>previews</c>: fits the preview heads of a model.</summary>
internal static class PreviewsCommand
{
    public static Command Create()
    {
        var defaults = new PreviewFitOptions();
        var model = new Option<string>("--model") { Description = "model folder; previews.safetensors is written to it", Required = true };
        var samples = new Option<int>("--samples") { Description = "samples of the prior to fit to; one for ten more measure the quality", DefaultValueFactory = _ => defaults.Samples };
        var batch = new Option<int>("--batch") { Description = "samples decoded at once", DefaultValueFactory = _ => defaults.Batch };
        var temperature = new Option<float?>("--temperature") { Description = "temperature of the samples, 0 to 10; the model's own by default" };
        var pixels = new Option<PixelSampling?>("--pixel-sampling") { Description = "how the final pixels are taken; the model's own by default, but the mean where it draws them" };
        var seed = new Option<ulong>("--seed") { Description = "seed of the samples", DefaultValueFactory = _ => defaults.Seed };
        Option<string> device = DeviceOption.Create();
        var threads = new Option<int?>("--threads") { Description = "threads inside an operation; as many as the processor quota allows by default" };
        var sheet = new Option<string?>("--sheet") { Description = "PNG file to draw: previews of some held-out samples beside their final images" };
        samples.AcceptFrom(2, int.MaxValue);
        batch.AcceptFrom(1, int.MaxValue);
        temperature.AcceptFrom(0f, 10f);
        threads.AcceptFrom(1, int.MaxValue);
        var command = new Command("previews", "fit the preview heads to samples of the prior; no data needed") { model, samples, batch, temperature, pixels, seed, device, threads, sheet };
        command.SetAction((parsed, stop) =>
        {
            TorchRuntime.Apply(parsed.GetValue(threads));
            ModelFolder folder = ModelFolder.Open(parsed.GetRequiredValue(model));
            var options = new PreviewFitOptions
            {
                Samples = parsed.GetValue(samples),
                Batch = parsed.GetValue(batch),
                Seed = parsed.GetValue(seed),
                PriorTemperature = parsed.GetValue(temperature) ?? folder.Manifest.PriorTemperature,
                PixelSampling = parsed.GetValue(pixels) ?? Predictable(folder.Manifest.PixelSampling),
                OutputBias = folder.Manifest.OutputBias,
            };
            Run(folder, options, DeviceOption.Read(parsed, device), parsed.GetValue(sheet), parsed.InvocationConfiguration.Output, stop);
            return Task.FromResult(0);
        });
        return command;
    }

    /// <summary>The noise of drawn pixels has nothing to do with the features: fitting to the expectation gives the same heads with less of it.</summary>
    private static PixelSampling Predictable(PixelSampling sampling) => sampling == PixelSampling.Sample ? PixelSampling.Mean : sampling;

    private static void Run(ModelFolder folder, PreviewFitOptions options, Device device, string? sheet, TextWriter output, CancellationToken stop)
    {
        using var decoder = new TopDownDecoder(folder.Prior);
        ModelFolder.Load(decoder, folder.PriorPath, "decoder.");
        decoder.to(device);
        var fitter = new PreviewFitter(decoder, options);
        using PreviewHeads heads = fitter.Fit(new SampleProgress(fitter.SamplesInAll, TimeProvider.System).Report, stop);
        heads.Write(folder.PreviewsPath);

        Table table = new Table().AddColumns("resolution", "held-out PSNR (dB)");
        foreach ((int resolution, double psnr) in heads.Record.PsnrDb)
        {
            table.AddRow($"{resolution}x{resolution}", psnr.ToString("F2", CultureInfo.InvariantCulture));
        }

        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }).Write(table);
        output.WriteLine($"{folder.PreviewsPath}: {heads.Resolutions.Count} heads, fitted to {options.Samples} samples, measured on {options.HeldOutSamples} others");
        if (sheet is not null)
        {
            Pictures.Save(PreviewSheet.Draw(decoder, heads.To(device), options), sheet);
            output.WriteLine(sheet);
        }

        NextLine.Write(output, folder);
    }
}
