namespace Cvdvae.Trainer.Evaluation;

/// <summary>A point of a consistency curve.</summary>
/// <param name="Groups">Latent groups that are fixed, k.</param>
/// <param name="Factor">Factor by which the images are downscaled, s.</param>
/// <param name="Levels">U: root mean square deviation, levels of 255.</param>
internal sealed record ConsistencyPoint(int Groups, int Factor, double Levels);
