namespace Cvdvae.Benchmarks;

/// <summary>What a measurement in a process of its own gave.</summary>
/// <param name="Seconds">Seconds of each run, by part and as <c>total</c>.</param>
/// <param name="Versions">What it ran with.</param>
internal sealed record ProgramTimes(IReadOnlyDictionary<string, double[]> Seconds, string Versions);
