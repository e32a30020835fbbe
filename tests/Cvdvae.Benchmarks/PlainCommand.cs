using System.CommandLine;
using System.Text.Json;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Runtime;
using Cvdvae.Trainer.Commands;
using static TorchSharp.torch;

namespace Cvdvae.Benchmarks;

/// <summary>
/// <c>plain</c>: decodes channels-first and without our allocator settings, as TorchSharp does by itself. Those settings hold for a whole process, so this
/// is one of its own, which reports in the same form as the scripts of the official programs.
/// </summary>
internal static class PlainCommand
{
    public const string Name = "plain";

    public static Command Create()
    {
        var hparams = new Option<string>("--hparams") { Description = "hyper-parameters of prior and low-res encoder", DefaultValueFactory = _ => Scripts.Path("ffhq256-x4.json") };
        var runs = new Option<int>("--runs") { Description = "runs", DefaultValueFactory = _ => 3 };
        var threads = new Option<int>("--threads") { Description = "threads", DefaultValueFactory = _ => 2 };
        var command = new Command(Name, "our decoder channels-first with the C library's usual memory allocation; one line of JSON") { hparams, runs, threads };
        command.SetAction(parsed =>
        {
            set_num_threads(parsed.GetValue(threads));
            LowResHyperparameters lowRes = HyperparameterFile.ReadLowRes(parsed.GetRequiredValue(hparams)) ?? throw new ArgumentException("the hyper-parameters have no low-res encoder");
            using var benchmark = new DecodeBenchmark(HyperparameterFile.ReadPrior(parsed.GetRequiredValue(hparams)), lowRes, InferenceOptions.Default, channelsLast: false, frozen: false);
            benchmark.Run();
            DecodeTimes[] times = [.. Enumerable.Range(0, parsed.GetValue(runs)).Select(_ => benchmark.Run())];
            double[] Seconds(Func<DecodeTimes, double> part) => [.. times.Select(run => part(run) / 1000)];
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                times_s = new { encode = Seconds(run => run.BottomUp), decode = Seconds(run => run.TopDown), pixels = Seconds(run => run.Pixels), total = Seconds(run => run.Total) },
            }));
            return 0;
        });
        return command;
    }
}
