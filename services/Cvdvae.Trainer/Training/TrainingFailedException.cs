namespace Cvdvae.Trainer.Training;

/// <summary>Training can't go on. The message says at which step and what to do.</summary>
public sealed class TrainingFailedException(string message) : Exception(message);
