using System.Globalization;
using Cvdvae.Model.Weights;
using Cvdvae.Trainer.Optimization;
using static TorchSharp.torch;

namespace Cvdvae.Trainer.Training;

/// <summary>All that a run needs to go on where it stopped, in one safetensors file that is replaced atomically.</summary>
internal sealed class Checkpoint
{
    /// <summary>File of the checkpoint that a run goes on from.</summary>
    public const string LastName = "last.safetensors";

    private readonly string _path;
    private readonly AdamW _optimizer;
    private readonly Tensor _average;

    public Checkpoint(string path, AdamW optimizer, Tensor average) => (_path, _optimizer, _average) = (path, optimizer, average);

    public bool Exists => File.Exists(_path);

    public void Save(TrainingState state)
    {
        var metadata = new Dictionary<string, string>
        {
            ["step"] = state.Step.ToString(CultureInfo.InvariantCulture),
            ["updates"] = _optimizer.Updates.ToString(CultureInfo.InvariantCulture),
            ["seconds"] = state.Seconds.ToString("R", CultureInfo.InvariantCulture),
            ["best_loss"] = state.BestLoss.ToString("R", CultureInfo.InvariantCulture),
            ["last_validation"] = state.LastValidation.ToString("R", CultureInfo.InvariantCulture),
        };
        SafetensorsWriter.Write(_path, TorchTensors.AsSource(Tensors()), metadata);
    }

    /// <exception cref="TrainingFailedException">The file is broken or belongs to a run of another model.</exception>
    public TrainingState Load()
    {
        try
        {
            return Read();
        }
        catch (InvalidWeightsException error)
        {
            throw new TrainingFailedException(
                $"{error.Message}; the run can't go on from this checkpoint: give the hyper-parameters it began with, copy best.safetensors over it, or begin anew with another --run");
        }
    }

    private TrainingState Read()
    {
        using SafetensorsFile file = SafetensorsFile.Open(_path);
        foreach ((string name, Tensor tensor) in Tensors())
        {
            TorchTensors.LoadInto(file, name, tensor);
        }

        _optimizer.Updates = (long)Number(file, "updates");
        return new TrainingState((long)Number(file, "step"), Number(file, "seconds"), Number(file, "best_loss"), Number(file, "last_validation"));
    }

    private static double Number(SafetensorsFile file, string key) =>
        file.Metadata.TryGetValue(key, out string? text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw new InvalidWeightsException(file.Origin, $"has no number '{key}' in its metadata");

    private Dictionary<string, Tensor> Tensors() => new()
    {
        ["values"] = _optimizer.Parameters.Values,
        ["average"] = _average,
        ["first_moment"] = _optimizer.FirstMoment,
        ["second_moment"] = _optimizer.SecondMoment,
    };
}
