using Cvdvae.Model;
using Cvdvae.Model.Packaging;
using Cvdvae.Model.Weights;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Training;

/// <summary>Writes trained weights into a model folder.</summary>
/// <param name="Folder">The model folder.</param>
/// <param name="Type">The type to store the weights in.</param>
/// <param name="Batch">Images in a step, for the training record.</param>
/// <param name="Data">The data set and its credit, for the training record.</param>
/// <param name="Start">The record of the weights that the training started from, where they were not random: steps and hours go on from it.</param>
internal sealed record ModelExport(string Folder, ScalarType Type, int Batch, string? Data, TrainingRecord? Start = null)
{
    /// <summary>Writes <c>prior.safetensors</c> and its part of <c>model.json</c>.</summary>
    public void Prior(VdVae model, TrainingState state)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Folder)));
        ModelFolder folder = ModelFolder.CreateOrOpen(Folder, new ModelManifest { Name = name, Prior = model.Architecture.Hyperparameters });
        Write(model, folder.PriorPath);
        folder.Update(folder.Manifest.WithTraining("prior", Record(state)));
    }

    /// <summary>Writes <c>encoder-x&lt;S&gt;.safetensors</c> and its part of <c>model.json</c>.</summary>
    public void Encoder(LowResEncoder encoder, TrainingState state)
    {
        ModelFolder folder = ModelFolder.Open(Folder);
        Write(encoder, folder.EncoderPath(encoder.Architecture.Scale));
        folder.Update(folder.Manifest.WithEncoder(encoder.Architecture, Record(state) with { PriorSha256 = folder.PriorHash() }));
    }

    private TrainingRecord Record(TrainingState state) => new()
    {
        Program = "cvdvae-trainer",
        Data = Data,
        Steps = state.Step + (Start?.Steps ?? 0),
        Batch = Batch,
        Hours = Math.Round(state.Seconds / 3600 + (Start?.Hours ?? 0), 3),
        ValidationLoss = double.IsFinite(state.LastValidation) ? Math.Round(state.LastValidation, 5) : null,
        Note = Start?.Note,
    };

    private void Write(nn.Module module, string path)
    {
        using IDisposable mode = no_grad();
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(path, TorchTensors.AsSource(module.named_parameters().Select(entry =>
            new KeyValuePair<string, Tensor>(entry.name, entry.parameter.detach().to(Type)))));
    }
}
