using static TorchSharp.torch;

namespace Cvdvae.Trainer.Training;

/// <summary>What a training run trains: a prior, or a low-res encoder against a frozen prior.</summary>
internal interface ITrainingTask
{
    /// <summary>The module whose parameters are trained.</summary>
    nn.Module Module { get; }

    /// <summary>Number of training images.</summary>
    int ImageCount { get; }

    /// <summary>Number of validation images.</summary>
    int ValidationCount { get; }

    /// <summary>The loss of some images and its parts, scalars, the first of which is minimised; with gradients where they are enabled.</summary>
    /// <param name="indices">Which images.</param>
    /// <param name="validation">Of the validation set instead of the training set.</param>
    IReadOnlyList<(string Name, Tensor Value)> Losses(int[] indices, bool validation);

    /// <summary>Writes a picture of what the model does now.</summary>
    void WriteImages(string path);

    /// <summary>Writes the trained part into its model folder.</summary>
    /// <param name="progress">Where the run stands, for the training record.</param>
    void Export(TrainingState progress);
}
