using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Runtime;
using Cvdvae.Trainer.Commands;

namespace Cvdvae.Benchmarks;

/// <summary><c>training</c>: a training step of a prior, against the official program.</summary>
internal static class TrainingCommand
{
    public static Command Create()
    {
        var hparams = new Option<string>("--hparams") { Description = "hyper-parameters of the prior", DefaultValueFactory = _ => Scripts.Path("train64.json") };
        var batch = new Option<int>("--batch") { Description = "images in a step", DefaultValueFactory = _ => 8 };
        var runs = new Option<int>("--runs") { Description = "steps of each program in a round", DefaultValueFactory = _ => 10 };
        var rounds = new Option<int>("--rounds") { Description = "rounds, in each of which every program has its turn", DefaultValueFactory = _ => 3 };
        var threads = new Option<int>("--threads") { Description = "threads", DefaultValueFactory = _ => 2 };
        var clone = new Option<string?>("--vdvae") { Description = "clone of openai/vdvae to compare with" };
        var python = new Option<string>("--python") { Description = "Python with PyTorch", DefaultValueFactory = _ => "python3" };
        Option<string> device = DeviceOption.Create();
        var command = new Command("training", "a training step of a prior") { hparams, batch, runs, rounds, threads, clone, python, device };
        command.SetAction(parsed =>
        {
            TorchRuntime.Apply(parsed.GetValue(threads));
            int images = parsed.GetValue(batch);
            MeasuredProgram? official = parsed.GetValue(clone) is string folder
                ? new MeasuredProgram(new ProcessStartInfo(
                    parsed.GetRequiredValue(python),
                    [
                        Scripts.Path("train.py"), "--vdvae", folder, "--hparams", parsed.GetRequiredValue(hparams), "--batch", $"{images}",
                        "--threads", $"{parsed.GetValue(threads)}", "--device", parsed.GetRequiredValue(device),
                    ]))
                : null;
            using var ours = new TrainingBenchmark(new PriorArchitecture(HyperparameterFile.ReadPrior(parsed.GetRequiredValue(hparams))), images, DeviceOption.Read(parsed, device));
            (Statistic mine, Statistic theirs) = (new Statistic(), new Statistic());
            string versions = "";
            for (int round = 0; round < parsed.GetValue(rounds); round++)
            {
                mine.AddRange(ours.Run(parsed.GetValue(runs)));
                if (official is not null)
                {
                    ProgramTimes times = official.Measure(parsed.GetValue(runs));
                    theirs.AddRange(times.Seconds["total"].Select(seconds => seconds * 1000));
                    versions = times.Versions;
                }
            }

            Console.WriteLine($"| {ours.ParameterCount:N0} parameters, batch {images} | ms a step, median (smallest-largest) | images/s | times ours |");
            Console.WriteLine("| --- | --- | --- | --- |");
            Console.WriteLine(Line("ours", mine, mine, images));
            if (official is not null)
            {
                Console.WriteLine(Line($"official ({versions})", theirs, mine, images));
            }

            return 0;
        });
        return command;
    }

    private static string Line(string name, Statistic times, Statistic ours, int batch) =>
        string.Create(CultureInfo.InvariantCulture, $"| {name} | {times} | {batch * 1000 / times.Median:F1} | {times.Median / ours.Median:F2} |");
}
