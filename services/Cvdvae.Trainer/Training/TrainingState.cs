namespace Cvdvae.Trainer.Training;

/// <summary>Where a run stands.</summary>
/// <param name="Step">Steps done, skipped ones included.</param>
/// <param name="Seconds">Time spent in steps, over all resumptions.</param>
/// <param name="BestLoss">Lowest validation loss so far.</param>
/// <param name="LastValidation">The last validation loss; not a number before the first.</param>
internal sealed record TrainingState(long Step, double Seconds, double BestLoss, double LastValidation)
{
    public static TrainingState Start { get; } = new(0, 0, double.PositiveInfinity, double.NaN);
}
