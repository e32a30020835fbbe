using System.CommandLine;
using Cvdvae.Model;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Packaging;
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
        var initial = new Option<string?>("--initial-model") { Description = "model folder with the same hyper-parameters, to start from its prior instead of random weights" };
        var command = new Command("prior", "train a prior (VD-VAE) by its evidence lower bound") { hparams, initial };
        arguments.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            TrainingOptions options = arguments.Apply(parsed);
            PriorHyperparameters hyperparameters = HyperparameterFile.ReadPrior(parsed.GetRequiredValue(hparams));
            using var model = new VdVae(new PriorArchitecture(hyperparameters));
            TrainingRecord? start = parsed.GetValue(initial) is string folder ? StartFrom(ModelFolder.Open(folder), model) : null;
            ModelExport export = arguments.ReadExport(parsed, options);
            export.RequirePlace(ModelPart.Prior);

            Device device = arguments.ReadDevice(parsed);
            model.to(device);
            var task = new PriorTask(
                model,
                ImageSet.Open(parsed.GetRequiredValue(arguments.Data)),
                ImageSet.Open(parsed.GetRequiredValue(arguments.Validation)),
                export with { Start = start },
                parsed.GetValue(arguments.Flips),
                device,
                arguments.ReadComputation(parsed));
            arguments.Train(task, options, parsed, stop);
            return Task.FromResult(0);
        });
        return command;
    }

    /// <summary>Fills a prior with trained weights and returns their record.</summary>
    private static TrainingRecord StartFrom(ModelFolder folder, VdVae model)
    {
        if (folder.Manifest.Prior != model.Architecture.Hyperparameters)
        {
            throw new InvalidModelException(folder.FolderPath, "--initial-model needs the hyper-parameters of --hparams; this model has others");
        }

        ModelFolder.Load(model, folder.PriorPath);
        model.train();
        return folder.Manifest.Training.GetValueOrDefault("prior") ?? new TrainingRecord { Note = $"started from {folder.Manifest.Name} {folder.Manifest.Version}" };
    }
}
