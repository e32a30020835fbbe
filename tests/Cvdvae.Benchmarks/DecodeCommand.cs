using System.CommandLine;
using System.Diagnostics;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Runtime;
using Cvdvae.Trainer.Commands;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Benchmarks;

/// <summary><c>decode</c>: one super-resolution in process, in other layouts and types, and by the official program.</summary>
internal static class DecodeCommand
{
    public static Command Create()
    {
        var hparams = new Option<string>("--hparams") { Description = "hyper-parameters of prior and low-res encoder", DefaultValueFactory = _ => Scripts.Path("ffhq256-x4.json") };
        var runs = new Option<int>("--runs") { Description = "runs of each program in a round", DefaultValueFactory = _ => 3 };
        var rounds = new Option<int>("--rounds") { Description = "rounds, in each of which every program has its turn", DefaultValueFactory = _ => 3 };
        var threads = new Option<int>("--threads") { Description = "threads", DefaultValueFactory = _ => 2 };
        var clone = new Option<string?>("--srvdvae") { Description = "clone of jprost76/srvdvae to compare with" };
        var python = new Option<string>("--python") { Description = "Python with PyTorch", DefaultValueFactory = _ => "python3" };
        var images = new Option<int>("--images") { Description = "images in a batch", DefaultValueFactory = _ => 1 };
        Option<string> device = DeviceOption.Create();
        var command = new Command("decode", "one super-resolution: bottom-up, top-down, pixels") { hparams, runs, rounds, threads, clone, python, images, device };
        command.SetAction(parsed =>
        {
            TorchRuntime.Apply(parsed.GetValue(threads));
            Device place = DeviceOption.Read(parsed, device);
            string file = parsed.GetRequiredValue(hparams);
            PriorHyperparameters prior = HyperparameterFile.ReadPrior(file);
            LowResHyperparameters lowRes = HyperparameterFile.ReadLowRes(file) ?? throw new ArgumentException("the hyper-parameters have no low-res encoder");
            string[] common = ["--hparams", file, "--threads", $"{parsed.GetValue(threads)}"];
            MeasuredProgram Official(params string[] more) => new(new ProcessStartInfo(
                parsed.GetRequiredValue(python), [Scripts.Path("decode.py"), "--srvdvae", parsed.GetRequiredValue(clone)!, .. common, "--device", parsed.GetRequiredValue(device), "--images", $"{parsed.GetValue(images)}", .. more]));
            DecodeBenchmark Ours(ScalarType precision, bool? channelsLast, bool frozen = false) => new(prior, lowRes, new InferenceOptions(place, precision), channelsLast, frozen);

            List<(string Name, DecodeBenchmark Benchmark)> ours;
            List<(string Name, MeasuredProgram Program)> programs = [];
            if (place.type == DeviceType.CPU)
            {
                ours =
                [
                    ("ours: frozen, channels-last", Ours(ScalarType.Float32, channelsLast: null, frozen: true)),
                    ("ours, not frozen, channels-last", Ours(ScalarType.Float32, channelsLast: true)),
                    ("ours, not frozen, channels-first", Ours(ScalarType.Float32, channelsLast: false)),
                ];
                programs.Add(("ours, not frozen, channels-first, usual memory allocation", new MeasuredProgram(MeasuredProgram.Itself([PlainCommand.Name, .. common]))));
            }
            else
            {
                ours =
                [
                    ("ours: frozen, fp32, channels-first", Ours(ScalarType.Float32, channelsLast: null, frozen: true)),
                    ("ours, not frozen, fp32, channels-last", Ours(ScalarType.Float32, channelsLast: true)),
                    ("ours, not frozen, fp32, channels-first", Ours(ScalarType.Float32, channelsLast: false)),
                    ("ours: frozen, bf16, channels-last", Ours(ScalarType.BFloat16, channelsLast: null, frozen: true)),
                    ("ours: frozen, fp16, channels-last", Ours(ScalarType.Float16, channelsLast: null, frozen: true)),
                ];
            }

            if (parsed.GetValue(clone) is not null)
            {
                programs.Add(("official", Official()));
                if (place.type == DeviceType.CUDA)
                {
                    programs.Add(("official with TF32", Official("--tf32")));
                }
            }

            try
            {
                new DecodeTable(ours, programs, new LowResArchitecture(lowRes, new PriorArchitecture(prior)), place, parsed.GetValue(images)).Print(parsed.GetValue(rounds), parsed.GetValue(runs));
            }
            finally
            {
                ours.ForEach(own => own.Benchmark.Dispose());
            }

            return 0;
        });
        return command;
    }
}
