using System.CommandLine;
using System.Diagnostics;
using Cvdvae.Model.Decoding;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Runtime;
using Cvdvae.Model.Sampling;
using static TorchSharp.torch;

namespace Cvdvae.Benchmarks;

/// <summary><c>memory</c>: peak resident memory of a process that holds a decoder in fp32 and decodes one sample.</summary>
internal static class MemoryCommand
{
    public static Command Create()
    {
        var hparams = new Option<string>("--hparams") { Description = "hyper-parameters of the prior", DefaultValueFactory = _ => Scripts.Path("ffhq256-x4.json") };
        var model = new Option<string?>("--model") { Description = "model folder; random weights by default" };
        var command = new Command("memory", "peak resident memory of a decoder during a decode of one sample") { hparams, model };
        command.SetAction(async (parsed, stop) =>
        {
            if (parsed.GetValue(model) is string folder)
            {
                Decode(ModelFolder.Open(folder));
                return 0;
            }

            // The decoder is measured in a process of its own, so that making the weights doesn't count.
            string made = Path.Combine(Path.GetTempPath(), $"cvdvae-memory-{Environment.ProcessId}");
            try
            {
                RandomModel.Write(made, parsed.GetRequiredValue(hparams));
                using Process process = Process.Start(MeasuredProgram.Itself("memory", "--model", made))!;
                await process.WaitForExitAsync(stop);
                return process.ExitCode;
            }
            finally
            {
                Directory.Delete(made, recursive: true);
            }
        });
        return command;
    }

    private static void Decode(ModelFolder folder)
    {
        TorchRuntime.Apply();
        using TopDownDecoder decoder = folder.LoadDecoder(InferenceOptions.Default);
        long loaded = Environment.WorkingSet;
        using IDisposable mode = inference_mode();
        DecodeRow[] rows = [new DecodeRow(1, 0, 0.8f, 0.8f)];
        using var state = new DecodeState(rows);
        var noise = new PhiloxNoise();
        decoder.Advance(state, decoder.EndGroup, noise);
        using Tensor parameters = decoder.PixelParameters(state.Features!);
        using Tensor images = new PixelOutput(decoder.EndGroup).Images(parameters, rows, PixelSampling.Sample, noise);
        using var process = Process.GetCurrentProcess();
        Console.WriteLine($"decoder loaded: {loaded >> 20} MiB resident; peak during a decode of one sample: {process.PeakWorkingSet64 >> 20} MiB");
    }
}
