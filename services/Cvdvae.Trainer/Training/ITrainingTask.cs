using Cvdvae.Model.Runtime;
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
    /// <param name="seeds">For each image, of all that is random about it.</param>
    /// <param name="validation">Of the validation set instead of the training set.</param>
    IReadOnlyList<(string Name, Tensor Value)> Losses(int[] indices, long[] seeds, bool validation);

    /// <summary>The losses of some training images, and their part in a step: adds the gradient of the first, times a share, to that of the parameters.</summary>
    /// <param name="indices">Which images.</param>
    /// <param name="seeds">For each image, of all that is random about it.</param>
    /// <param name="share">Factor of the gradient: the images' share in the step.</param>
    IReadOnlyList<(string Name, Tensor Value)> Learn(int[] indices, long[] seeds, double share)
    {
        IReadOnlyList<(string Name, Tensor Value)> losses = Losses(indices, seeds, validation: false);
        losses[0].Value.Times(share).backward();
        return losses;
    }

    /// <summary>Writes a picture of what the model does now.</summary>
    void WriteImages(string path);

    /// <summary>Writes the trained part into its model folder.</summary>
    /// <param name="progress">Where the run stands, for the training record.</param>
    void Export(TrainingState progress);
}
