namespace Cvdvae.Scheduling;

/// <summary>Work that a stage has before it.</summary>
/// <param name="Backlog">Device time of all admitted work that is not done, measured costs where there are some.</param>
/// <param name="MaxBacklog">Backlog beyond which requests are refused.</param>
/// <param name="Rows">Rows admitted and not finished.</param>
/// <param name="MaxRows">Rows beyond which requests are refused.</param>
public readonly record struct StageLoad(TimeSpan Backlog, TimeSpan MaxBacklog, int Rows, int MaxRows);
