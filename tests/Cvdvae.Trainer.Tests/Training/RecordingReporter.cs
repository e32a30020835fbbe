using Cvdvae.Trainer.Training;

namespace Cvdvae.Trainer.Tests.Training;

/// <summary>Keeps what a run reports and lets a test step in.</summary>
internal sealed class RecordingReporter(Action<TrainingState>? stepped = null) : ITrainingReporter
{
    public List<double> Losses { get; } = [];

    public List<double> Validations { get; } = [];

    public List<StepResult> Results { get; } = [];

    public TrainingState? EndedAt { get; private set; }

    public void Started(TrainingState state, TrainingOptions options)
    {
        // What a run starts with is in its state.
    }

    public void Stepped(TrainingState state, StepResult result)
    {
        Results.Add(result);
        Losses.Add(result.Losses[0].Value);
        stepped?.Invoke(state);
    }

    public void Validated(TrainingState state, IReadOnlyList<(string Name, double Value)> losses) => Validations.Add(losses[0].Value);

    public void Ended(TrainingState state) => EndedAt = state;
}
