using System.CommandLine;
using Cvdvae.Model;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Runtime;
using Cvdvae.Trainer.Data;
using Cvdvae.Trainer.Training;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Commands;

/// <summary><c>prior</c>: trains a VD-VAE.</summary>
internal static class PriorCommand
{
    public static Command Create()
    {
        var arguments = new TrainingArguments(new TrainingOptions { RunFolder = "", Steps = 100_000 });
        var hparams = new Option<string>("--hparams") { Description = "JSON file of hyper-parameters in the official names", Required = true };
        var command = new Command("prior", "train a prior (VD-VAE) by its evidence lower bound") { hparams };
        arguments.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            TorchRuntime.Apply(parsed.GetValue(arguments.Threads));
            TrainingOptions options = arguments.Read(parsed);
            random.manual_seed(options.Seed);
            PriorHyperparameters hyperparameters = HyperparameterFile.ReadPrior(parsed.GetRequiredValue(hparams));
            using var model = new VdVae(new PriorArchitecture(hyperparameters));
            var export = new ModelExport(
                parsed.GetRequiredValue(arguments.Model), parsed.GetValue(arguments.Half) ? ScalarType.Float16 : ScalarType.Float32, options.Batch, parsed.GetValue(arguments.DataCredit));
            var task = new PriorTask(
                model,
                ImageSet.Open(parsed.GetRequiredValue(arguments.Data)),
                ImageSet.Open(parsed.GetRequiredValue(arguments.Validation)),
                export,
                parsed.GetValue(arguments.Flips));
            using var run = new TrainingRun(task, options, TimeProvider.System);
            run.Run(new ConsoleReporter(TimeProvider.System), stop);
            return Task.FromResult(0);
        });
        return command;
    }
}
