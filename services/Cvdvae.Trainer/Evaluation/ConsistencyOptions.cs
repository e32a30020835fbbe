namespace Cvdvae.Trainer.Evaluation;

/// <summary>What a consistency curve draws.</summary>
/// <param name="Prefixes">Draws of the first latents.</param>
/// <param name="Completions">Images completed from each of them, at least 2.</param>
/// <param name="Temperature">Temperature of all latents.</param>
/// <param name="Seed">Seed of what is drawn.</param>
internal sealed record ConsistencyOptions(int Prefixes, int Completions, float Temperature, ulong Seed);
