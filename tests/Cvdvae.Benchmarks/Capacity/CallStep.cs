namespace Cvdvae.Benchmarks.Capacity;

/// <summary>What a call does at a station.</summary>
/// <param name="Station">Where.</param>
/// <param name="Seconds">Work, in seconds of one of its servers.</param>
internal sealed record CallStep(Station Station, double Seconds);
