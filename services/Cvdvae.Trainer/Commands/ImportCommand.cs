using System.CommandLine;
using Cvdvae.CommandLine;
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
        Option<double?> bias = CheckedOption.OptionalNumber("--output-bias", "levels that the model adds to its output, where its training data was too dark; 3.5 for ffhq256", -64.0, 64.0);
        Option<bool> replace = ReplaceOption.Create();
        var command = new Command("import", "bring a checkpoint of the official programs into a model folder") { checkpoint, hparams, output, name, bias, replace };
        command.SetAction(parsed =>
        {
            string source = parsed.GetRequiredValue(hparams);
            using ITensorSource tensors = PyTorchCheckpoint.Open(parsed.GetRequiredValue(checkpoint));
            var import = new CheckpointImport(tensors, HyperparameterFile.ReadPrior(source), HyperparameterFile.ReadLowRes(source))
            {
                OutputBias = parsed.GetValue(bias),
                Replace = parsed.GetValue(replace),
            };
            IReadOnlyList<string> written = import.Run(parsed.GetRequiredValue(output), parsed.GetValue(name));
            foreach (string note in tensors.Notes)
            {
                parsed.InvocationConfiguration.Output.WriteLine($"{Path.GetFileName(tensors.Origin)}: {note}");
            }

            foreach (string file in written)
            {
                parsed.InvocationConfiguration.Output.WriteLine(file);
            }

            NextLine.Write(parsed.InvocationConfiguration.Output, ModelFolder.Open(parsed.GetRequiredValue(output)));
            return 0;
        });
        return command;
    }
}
