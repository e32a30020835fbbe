using System.CommandLine;
using Cvdvae.Model;
using Cvdvae.Model.Configuration;
using Cvdvae.Trainer.Data;
using Cvdvae.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Commands;

/// <summary><c>prior</c>: trains a VD-VAE.</summary>
internal static class PriorCommand
{
    public static Command Create()
    {
        var arguments = new TrainingArguments(new TrainingOptions { RunFolder = "", Steps = 100_000 }, "model folder to make, or to write the weights to");
        var hparams = new Option<string>("--hparams") { Description = "JSON file of hyper-parameters in the official names", Required = true };
        var command = new Command("prior", "train a prior (VD-VAE) by its evidence lower bound") { hparams };
        arguments.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            TrainingOptions options = arguments.Apply(parsed);
            PriorHyperparameters hyperparameters = HyperparameterFile.ReadPrior(parsed.GetRequiredValue(hparams));
            using var model = new VdVae(new PriorArchitecture(hyperparameters));
            Device device = arguments.ReadDevice(parsed);
            model.to(device);
            var task = new PriorTask(
                model,
                ImageSet.Open(parsed.GetRequiredValue(arguments.Data)),
                ImageSet.Open(parsed.GetRequiredValue(arguments.Validation)),
                arguments.ReadExport(parsed, options),
                parsed.GetValue(arguments.Flips),
                device);
            TrainingArguments.Train(task, options, stop);
            return Task.FromResult(0);
        });
        return command;
    }
}
