using System.Diagnostics.CodeAnalysis;

namespace Cvdvae.Model.Sampling;

/// <summary>
/// Names one endless sequence of random numbers. The same name gives the same numbers in every batch, process and replica.
/// </summary>
/// <param name="Seed">The request's seed.</param>
/// <param name="Sample">Index of the sample within the request, from 0.</param>
/// <param name="Group">
/// Index of the latent group within the model, from 0; a consumer after the last group (pixels) takes the next index.
/// </param>
[SuppressMessage("Naming", "CA1711", Justification = "A stream of random numbers, as the literature calls it, not of bytes.")]
public readonly record struct NoiseStream(ulong Seed, uint Sample, uint Group);
