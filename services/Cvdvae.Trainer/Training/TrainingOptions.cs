namespace Cvdvae.Trainer.Training;

/// <summary>How to train. The defaults follow the official program except where its batch and data differ.</summary>
internal sealed record TrainingOptions
{
    /// <summary>Folder of the run: checkpoints, logs, pictures.</summary>
    public required string RunFolder { get; init; }

    /// <summary>Steps in all.</summary>
    public required long Steps { get; init; }

    /// <summary>Images computed at once.</summary>
    public int Batch { get; init; } = 8;

    /// <summary>Batches in a step, one after the other: their gradients are added up.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>Images in a step.</summary>
    public int StepImages => Batch * Accumulate;

    /// <summary>Learning rate after the warm-up.</summary>
    public double LearningRate { get; init; } = 6e-4;

    /// <summary>Learning rate at the last step relative to <see cref="LearningRate"/>; it falls along a cosine. 1: constant.</summary>
    public double FinalLearningRate { get; init; } = 1;

    /// <summary>Steps over which the learning rate rises from 0.</summary>
    public int WarmupSteps { get; init; } = 100;

    /// <summary>AdamW's beta1.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>AdamW's beta2.</summary>
    public double Beta2 { get; init; } = 0.9;

    /// <summary>AdamW's decoupled weight decay.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Norm that the gradient is scaled down to; 0: never.</summary>
    public double GradientClip { get; init; } = 200;

    /// <summary>Norm of the gradient from which on a step is skipped; 0: never.</summary>
    public double SkipThreshold { get; init; } = 400;

    /// <summary>Rate of the moving average of the parameters; it starts lower, so that it does not lag behind a young model.</summary>
    public double EmaRate { get; init; } = 0.999;

    /// <summary>Seed of everything random.</summary>
    public int Seed { get; init; }

    /// <summary>Minutes between checkpoints.</summary>
    public double CheckpointMinutes { get; init; } = 5;

    /// <summary>Steps between validations.</summary>
    public int ValidationSteps { get; init; } = 1000;

    /// <summary>Validation images used.</summary>
    public int ValidationImages { get; init; } = 128;

    /// <summary>Steps between pictures.</summary>
    public int ImageSteps { get; init; } = 2000;

    /// <summary>Steps between lines of the log.</summary>
    public int LogSteps { get; init; } = 50;

    /// <summary>The learning rate of a step, from 0.</summary>
    public double LearningRateAt(long step)
    {
        double warmup = WarmupSteps == 0 ? 1 : Math.Min(1, (step + 1) / (double)WarmupSteps);
        double cosine = 0.5 * (1 + Math.Cos(Math.PI * Math.Min(1, step / (double)Steps)));
        return LearningRate * warmup * (FinalLearningRate + (1 - FinalLearningRate) * cosine);
    }

    /// <summary>The rate of the moving average after a number of updates.</summary>
    public double EmaRateAt(long updates) => Math.Min(EmaRate, (1 + updates) / (10.0 + updates));
}
