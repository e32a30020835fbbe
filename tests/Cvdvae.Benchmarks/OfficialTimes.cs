namespace Cvdvae.Benchmarks;

/// <summary>What a measurement of an official program gave.</summary>
/// <param name="Seconds">Seconds of each run, by part and as <c>total</c>.</param>
/// <param name="Versions">What it ran with.</param>
internal sealed record OfficialTimes(IReadOnlyDictionary<string, double[]> Seconds, string Versions);
