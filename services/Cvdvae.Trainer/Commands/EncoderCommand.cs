using System.CommandLine;
using Cvdvae.Model;
using Cvdvae.Model.Configuration;
using Cvdvae.Model.Packaging;
using Cvdvae.Trainer.Data;
using Cvdvae.Trainer.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Commands;

/// <summary><c>encoder</c>: trains a low-res encoder against the prior of a model folder.</summary>
internal static class EncoderCommand
{
    // As the published code of the paper trains (jprost76/srvdvae, train.py): AdamW with PyTorch's default betas and weight decay at 1e-4, without
    // clipping. Its plateau rule ends at 1e-6; the cosine here ends there too.
    private static readonly TrainingOptions Defaults = new()
    {
        RunFolder = "",
        Steps = 50_000,
        LearningRate = 1e-4,
        FinalLearningRate = 0.01,
        Beta2 = 0.999,
        WeightDecay = 0.01,
        GradientClip = 0,
        SkipThreshold = 0,
    };

    public static Command Create()
    {
        var arguments = new TrainingArguments(Defaults, "model folder that holds the prior; the encoder is written to it");
        var hparams = new Option<string>("--hparams")
        {
            Description = "JSON file with width_y, custom_width_str_y, image_size_y, enc_blocks_y and ky; image_size_y decides the scale",
            Required = true,
        };
        var loss = new Option<GroupLoss>("--kl")
        {
            Description = "sum: over all latents, as the paper defines; mean: over each group's latents, then summed over groups, as the published code does",
            DefaultValueFactory = _ => GroupLoss.Sum,
        };
        var command = new Command("encoder", "train a low-res encoder against the frozen prior of a model folder") { hparams, loss };
        arguments.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            TrainingOptions options = arguments.Apply(parsed);
            string source = parsed.GetRequiredValue(hparams);
            LowResHyperparameters hyperparameters = HyperparameterFile.ReadLowRes(source)
                ?? throw new InvalidHyperparametersException(source, "has no 'ky'; needed are width_y, image_size_y, enc_blocks_y and ky");
            ModelFolder folder = ModelFolder.Open(parsed.GetRequiredValue(arguments.Model));
            var architecture = new LowResArchitecture(hyperparameters, folder.Prior);
            ModelExport export = arguments.ReadExport(parsed, options);
            export.RequirePlace(ModelPart.Encoder(architecture.Scale));
            Device device = arguments.ReadDevice(parsed);
            using var prior = new VdVae(folder.Prior);
            ModelFolder.Load(prior, folder.PriorPath);
            Freeze(prior);
            using var encoder = new LowResEncoder(architecture);
            prior.to(device);
            encoder.to(device);
            var task = new EncoderTask(
                prior,
                encoder,
                ImageSet.Open(parsed.GetRequiredValue(arguments.Data)),
                ImageSet.Open(parsed.GetRequiredValue(arguments.Validation)),
                export,
                parsed.GetValue(loss),
                parsed.GetValue(arguments.Flips),
                device,
                arguments.ReadComputation(parsed));
            arguments.Train(task, options, parsed, stop);
            return Task.FromResult(0);
        });
        return command;
    }

    private static void Freeze(nn.Module module)
    {
        foreach (Parameter parameter in module.parameters())
        {
            parameter.requires_grad = false;
        }
    }
}
