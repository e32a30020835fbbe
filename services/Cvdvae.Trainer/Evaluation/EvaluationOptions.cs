namespace Cvdvae.Trainer.Evaluation;

/// <summary>What an evaluation draws.</summary>
/// <param name="Samples">Samples of each image.</param>
/// <param name="Temperatures">Temperatures of all latents, a pair of rows for each.</param>
/// <param name="Batch">Samples drawn at once.</param>
/// <param name="Seed">Seed of the first image; each has the next.</param>
internal sealed record EvaluationOptions(int Samples, IReadOnlyList<float> Temperatures, int Batch, ulong Seed);
