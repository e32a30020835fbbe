namespace Cvdvae.Scheduling;

/// <summary>What runs the steps: a processor or an accelerator with a model, or a simulation of one.</summary>
public interface IStageDevice
{
    /// <summary>
    /// Runs one step for rows that all stand before it. Called on the scheduler's threads, on as many at once as it has lanes
    /// (<see cref="StageSchedulerOptions.Lanes"/>), never for a row twice at once. Steps that have the device to themselves all run on the thread that was started first:
    /// what libraries keep for each thread that has used all of a device, as OpenMP its team, is then there once.
    /// </summary>
    /// <param name="plan">Their plan.</param>
    /// <param name="step">Index of the step in the plan.</param>
    /// <param name="rows">The rows, of one or more requests, those of a request next to each other; the list may be kept.</param>
    /// <param name="sharers">Batches that the device is shared between meanwhile, this one included; 1: it has the device to itself.</param>
    /// <returns>Share of the device that the step used, above 0 and at most 1: what the step costs is its time multiplied by it.</returns>
    /// <exception cref="OutOfDeviceMemoryException">The batch is too large; the rows stand where they stood.</exception>
    public double Run(StagePlan plan, int step, IReadOnlyList<StageRow> rows, int sharers);

    /// <summary>
    /// Does a piece, shorter than a step, of the work for later steps of a request that does not depend on earlier ones. Called on the scheduler's threads but the first, when they have no step to run;
    /// also while steps of the request run, and when it has just ended. What was not done ahead is part of the step.
    /// </summary>
    /// <param name="request">A request that was admitted.</param>
    /// <returns>Whether there was such a piece; false where it failed, too: the step will say why.</returns>
    public bool WorkAhead(StageRequest request) => false;

    /// <summary>Starts a background thread that steps will run on: one for each lane.</summary>
    /// <param name="body">What it does.</param>
    /// <param name="name">Its name.</param>
    /// <param name="isFirst">Whether it is the one that steps run on which have the device to themselves.</param>
    public void StartThread(Action body, string name, bool isFirst) => new Thread(() => body()) { IsBackground = true, Name = name }.Start();

    /// <summary>
    /// Frees what rows hold: they are finished, or won't run again. Called one call at a time, but while other rows run, once for every
    /// admitted row, whether it ever ran or not; after the observer was told of the row's last step.
    /// </summary>
    public void Release(IReadOnlyList<StageRow> rows);
}
