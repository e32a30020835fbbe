namespace Cvdvae.Scheduling;

/// <summary>One step of a stage: a latent group, or the pixels after the last one.</summary>
/// <param name="Group">Index of the latent group; the number of groups for the pixels.</param>
/// <param name="Resolution">Its resolution; also which queue it waits in.</param>
/// <param name="BytesPerRow">Device memory that one row needs while it runs, in bytes.</param>
/// <param name="Cost">Work relative to the plan's other steps, above 0; used until the step has been measured.</param>
public sealed record GroupStep(int Group, int Resolution, long BytesPerRow, double Cost);
