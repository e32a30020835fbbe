namespace Cvdvae.Benchmarks.Capacity;

/// <summary>What a simulation shows.</summary>
/// <param name="CallsPerSecond">Calls that ended in a second.</param>
/// <param name="Latency">Seconds from arrival to end.</param>
/// <param name="Utilisation">Share of the time that the servers of each station worked.</param>
internal sealed record SimulationResult(double CallsPerSecond, Statistic Latency, IReadOnlyList<(string Station, double Share)> Utilisation);
