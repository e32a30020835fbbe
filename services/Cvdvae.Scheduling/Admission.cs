namespace Cvdvae.Scheduling;

/// <summary>Whether a request was admitted.</summary>
/// <param name="Admitted">Whether it was.</param>
/// <param name="RetryAfter">When to try again, where it was not; <see cref="Timeout.InfiniteTimeSpan"/> where there is no use in it.</param>
/// <param name="Load">The load, with the request where it was admitted.</param>
public readonly record struct Admission(bool Admitted, TimeSpan RetryAfter, StageLoad Load);
