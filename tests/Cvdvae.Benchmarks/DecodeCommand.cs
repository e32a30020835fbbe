using System.CommandLine;
using System.Diagnostics;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Runtime;
using Cvdvae.Trainer.Commands;

namespace Cvdvae.Benchmarks;

/// <summary><c>decode</c>: one super-resolution in process, against our own channels-first path and the official program.</summary>
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
        var command = new Command("decode", "one super-resolution: bottom-up, top-down, pixels") { hparams, runs, rounds, threads, clone, python };
        command.SetAction(parsed =>
        {
            TorchRuntime.Apply(parsed.GetValue(threads));
            PriorHyperparameters prior = HyperparameterFile.ReadPrior(parsed.GetRequiredValue(hparams));
            LowResHyperparameters lowRes = HyperparameterFile.ReadLowRes(parsed.GetRequiredValue(hparams)) ?? throw new ArgumentException("the hyper-parameters have no low-res encoder");
            MeasuredProgram? official = parsed.GetValue(clone) is string folder
                ? new MeasuredProgram(new ProcessStartInfo(
                    parsed.GetRequiredValue(python), [Scripts.Path("decode.py"), "--srvdvae", folder, "--hparams", parsed.GetRequiredValue(hparams), "--threads", $"{parsed.GetValue(threads)}"]))
                : null;
            var plain = new MeasuredProgram(MeasuredProgram.Itself(PlainCommand.Name, "--hparams", parsed.GetRequiredValue(hparams), "--threads", $"{parsed.GetValue(threads)}"));
            using var frozen = new DecodeBenchmark(prior, lowRes, channelsLast: true, frozen: true);
            using var channelsLast = new DecodeBenchmark(prior, lowRes, channelsLast: true, frozen: false);
            using var channelsFirst = new DecodeBenchmark(prior, lowRes, channelsLast: false, frozen: false);
            new DecodeTable(frozen, channelsLast, channelsFirst, plain, official, new LowResArchitecture(lowRes, new PriorArchitecture(prior)))
                .Print(parsed.GetValue(rounds), parsed.GetValue(runs));
            return 0;
        });
        return command;
    }
}
