using System.CommandLine;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Weights;
using Cvdvae.Trainer.Import;

namespace Cvdvae.Trainer.Commands;

/// <summary><c>import</c>: brings a checkpoint of the official programs into a model folder.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var checkpoint = new Option<string>("--checkpoint") { Description = "checkpoint of openai/vdvae (.th) or jprost76/srvdvae (.ckpt); read without running anything in it", Required = true };
        var hparams = new Option<string>("--hparams")
        {
            Description = $"JSON file of hyper-parameters in the official names, or one of {string.Join(", ", HyperparameterFile.OfficialNames)}; with a low-res encoder the fields ending in _y, and ky, too",
            Required = true,
        };
        var output = new Option<string>("--output") { Description = "model folder to make; or to add a low-res encoder to, if its prior is the checkpoint's", Required = true };
        var name = new Option<string?>("--name") { Description = "name of the model; the folder's by default" };
        var command = new Command("import", "bring a checkpoint of the official programs into a model folder") { checkpoint, hparams, output, name };
        command.SetAction(parsed =>
        {
            string source = parsed.GetRequiredValue(hparams);
            using ITensorSource tensors = PyTorchCheckpoint.Open(parsed.GetRequiredValue(checkpoint));
            var import = new CheckpointImport(tensors, HyperparameterFile.ReadPrior(source), HyperparameterFile.ReadLowRes(source));
            foreach (string file in import.Run(parsed.GetRequiredValue(output), parsed.GetValue(name)))
            {
                parsed.InvocationConfiguration.Output.WriteLine(file);
            }

            NextLine.Write(parsed.InvocationConfiguration.Output, ModelFolder.Open(parsed.GetRequiredValue(output)));
            return 0;
        });
        return command;
    }
}
