using System.Security.Cryptography;
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
    private const string Program = "cvdvae-trainer";
    private const string WrittenName = "written.txt";
    private const string Unfinished = "unfinished";

    /// <summary>The run whose weights these are: it may write over what it wrote before. Null: none.</summary>
    public string? RunFolder { get; init; }

    /// <summary>Whether the weights may take the place of others.</summary>
    public bool Replace { get; init; }

    /// <summary>Fails where the weights would take the place of others than this run's own: at the start, before days are spent.</summary>
    /// <exception cref="InvalidModelException">They would.</exception>
    public void RequirePlace(ModelPart part)
    {
        if (ModelFolder.Exists(Folder))
        {
            ModelFolder folder = ModelFolder.Open(Folder);
            TemporaryFile.RemoveStale(part.PathIn(folder));
            folder.RequirePlace(part, Replace || IsOwn(folder, part));
        }
    }

    /// <summary>Writes <c>prior.safetensors</c> and its part of <c>model.json</c>.</summary>
    public void Prior(VdVae model, TrainingState state)
    {
        RequirePlace(ModelPart.Prior);
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Folder)));
        ModelFolder folder = ModelFolder.CreateOrOpen(Folder, new ModelManifest { Name = name, Prior = model.Architecture.Hyperparameters });
        Write(model, folder.PriorPath);
        folder.Update(folder.Manifest.WithTraining("prior", Record(state)));
    }

    /// <summary>Writes <c>encoder-x&lt;S&gt;.safetensors</c> and its part of <c>model.json</c>.</summary>
    public void Encoder(LowResEncoder encoder, TrainingState state)
    {
        RequirePlace(ModelPart.Encoder(encoder.Architecture.Scale));
        ModelFolder folder = ModelFolder.Open(Folder);
        Write(encoder, folder.EncoderPath(encoder.Architecture.Scale));
        folder.Update(folder.Manifest.WithEncoder(encoder.Architecture, Record(state) with { PriorSha256 = folder.PriorHash() }));
    }

    /// <summary>Whether a part is what this run wrote last.</summary>
    private bool IsOwn(ModelFolder folder, ModelPart part)
    {
        if (RunFolder is null)
        {
            return false;
        }

        // Where a run was killed while it wrote, or is one of an earlier version that did not write this down, what it made has the program's name, or none yet.
        string path = Path.Combine(RunFolder, WrittenName);
        string written = File.Exists(path) ? File.ReadAllText(path).Trim() : Unfinished;
        return written == Unfinished
            ? File.Exists(Path.Combine(RunFolder, Checkpoint.LastName)) && folder.Manifest.Training.GetValueOrDefault(part.Key) is null or { Program: Program }
            : written == Hash(part.PathIn(folder));
    }

    private void Remember(string written)
    {
        if (RunFolder is not null)
        {
            File.WriteAllText(Path.Combine(RunFolder, WrittenName), $"{written}\n");
        }
    }

    private static string Hash(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private TrainingRecord Record(TrainingState state) => new()
    {
        Program = Program,
        Data = Data,
        Steps = state.Step + (Start?.Steps ?? 0),
        Batch = Batch,
        Hours = Math.Round(state.Seconds / 3600 + (Start?.Hours ?? 0), 3),
        ValidationLoss = double.IsFinite(state.LastValidation) ? Math.Round(state.LastValidation, 5) : null,
        Note = Start?.Note,
    };

    private void Write(nn.Module module, string path)
    {
        Remember(Unfinished);
        using IDisposable mode = no_grad();
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(path, TorchTensors.AsSource(module.named_parameters().Select(entry =>
            new KeyValuePair<string, Tensor>(entry.name, entry.parameter.detach().to(Type)))));
        Remember(Hash(path));
    }
}
