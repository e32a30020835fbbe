namespace Cvdvae.Trainer.Training;

/// <summary>Tells a person how a run goes.</summary>
internal interface ITrainingReporter
{
    void Started(TrainingState state, TrainingOptions options);

    void Stepped(TrainingState state, StepResult result);

    void Validated(TrainingState state, IReadOnlyList<(string Name, double Value)> losses);

    /// <summary>The run is over: all steps are done, or it was asked to stop.</summary>
    void Ended(TrainingState state);
}
