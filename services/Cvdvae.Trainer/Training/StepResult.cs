namespace Cvdvae.Trainer.Training;

/// <summary>What a step gave.</summary>
/// <param name="Losses">The loss, then its parts.</param>
/// <param name="GradientNorm">Norm of the gradient before clipping.</param>
/// <param name="Skipped">Whether the update was left out.</param>
internal readonly record struct StepResult(IReadOnlyList<(string Name, double Value)> Losses, double GradientNorm, bool Skipped);
